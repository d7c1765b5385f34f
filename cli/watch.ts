import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { BuildProgress, type ProgressSource } from './build-progress.ts';
import { type FollowOptions, follow } from './follow.ts';
import { PlainRenderer, type Renderer } from './render-plain.ts';
import { TtyRenderer } from './render-tty.ts';
import type { ExecutionEnd, TimelineEvent } from './timeline-event.ts';

/** Live where there is a screen to draw on; lines for everything else, a terminal without a size or without a cursor to move among them. */
export function createRenderer(stream: Writable): Renderer {
  const hasScreen =
    stream instanceof WriteStream && stream.columns > 0 && stream.rows > 0 && process.env.TERM !== 'dumb';
  return hasScreen ? new TtyRenderer(stream) : new PlainRenderer((line) => stream.write(`${line}\n`));
}

export interface WatchOptions extends FollowOptions {
  onEvent?: (event: TimelineEvent) => void;
  /** Asks a person who sits there what a state waits for. Nothing is drawn meanwhile. */
  ask?: (event: TimelineEvent) => Promise<void>;
  quiet?: boolean;
  /** Where the builds' logs are, to show what they are at. */
  progress?: ProgressSource;
}

/** Far below what AWS lets an account search its logs: 5 times a second. */
const LOOK_EVERY_MS = 5_000;

/**
 * Shows an execution on a stream until it has ended.
 * @returns how it ended, with what the executions that it waited for have found out; undefined when `signal` ended the watching before
 */
export async function watch(
  client: SFNClient,
  executionArn: string,
  stream: Writable,
  options: WatchOptions = {},
): Promise<ExecutionEnd | undefined> {
  let renderer = options.quiet ? undefined : createRenderer(stream);
  let end: ExecutionEnd | undefined;
  const ends: ExecutionEnd[] = [];
  const progress = options.progress && !options.quiet ? new BuildProgress(options.progress) : undefined;
  const looking = setInterval(() => {
    void progress?.look().then((states) => states && renderer?.progress(states, new Date()));
  }, LOOK_EVERY_MS);
  looking.unref();
  try {
    for await (const event of follow(client, executionArn, options)) {
      renderer?.event(event);
      options.onEvent?.(event);
      progress?.event(event);
      if (event.question && options.ask) {
        renderer?.end();
        renderer = undefined;
        await options.ask(event);
        renderer = options.quiet ? undefined : createRenderer(stream);
      }
      if (!event.end) continue;
      ends.push(event.end);
      if (event.execution.arn === executionArn) end = event.end;
    }
  } finally {
    clearInterval(looking);
    renderer?.end();
    renderer = undefined;
  }
  if (!end) return undefined;
  const sweep = ends.findLast((one) => one.sweep)?.sweep;
  return { ...end, checks: ends.flatMap(({ checks }) => checks), ...(sweep ? { sweep } : {}) };
}
