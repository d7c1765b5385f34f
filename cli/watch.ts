import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { BuildProgress, type ProgressSource } from './build-progress.ts';
import { type FollowOptions, follow } from './follow.ts';
import { PlainRenderer, type Renderer } from './render-plain.ts';
import { TtyRenderer } from './render-tty.ts';
import type { ExecutionEnd, TimelineEvent } from './timeline-event.ts';

/**
 * Creates a live renderer for a terminal with a screen. Any other stream gets lines, such as a terminal without a size
 * or without cursor movement.
 */
export function createRenderer(stream: Writable): Renderer {
  const hasScreen =
    stream instanceof WriteStream && stream.columns > 0 && stream.rows > 0 && process.env.TERM !== 'dumb';
  return hasScreen ? new TtyRenderer(stream) : new PlainRenderer((line) => stream.write(`${line}\n`));
}

export interface WatchOptions extends FollowOptions {
  onEvent?: (event: TimelineEvent) => void;
  /** Asks a person at the terminal the question that a state waits for. Nothing is drawn meanwhile. */
  ask?: (event: TimelineEvent) => Promise<void>;
  quiet?: boolean;
  /** The builds' logs are in this source, and show the builds' progress. */
  progress?: ProgressSource;
}

/** AWS permits 5 searches of an account's logs a second, and this interval stays far below the limit. */
const LOOK_EVERY_MS = 5_000;

/**
 * Shows an execution on a stream until it has ended.
 * @returns the end of the execution, with the results of the executions that it waited for, or undefined when `signal`
 * ended the watching before
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
