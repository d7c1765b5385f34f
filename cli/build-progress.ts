import { awsFailure } from '../lambdas/runtime/aws-errors.ts';
import { describeBuild } from './builds.ts';
import type { OperatorAccount } from './commands/account.ts';
import { LogReader } from './log-reader.ts';
import { type Progress, TerraformProgress } from './terraform-progress.ts';
import type { TimelineEvent } from './timeline-event.ts';
import { span } from './times.ts';

/** The progress of a state that waits for a build comes from the build's log. */
export interface StateProgress {
  /** This is the event of the waiting state. */
  event: TimelineEvent;
  progress: Progress;
}

export type ProgressSource = Pick<OperatorAccount, 'codebuild' | 'logs'>;

interface OpenBuild {
  event: TimelineEvent;
  terraform: TerraformProgress;
  /** The reader is absent until CodeBuild returns the place of the log. */
  reader?: LogReader;
}

const keyOf = ({ execution, state }: TimelineEvent): string => `${execution.arn} ${state?.id}`;

/** Reads the logs of the builds that states wait for. The progress is optional: without permission, there is none. */
export class BuildProgress {
  readonly #source: ProgressSource;
  readonly #open = new Map<string, OpenBuild>();
  #planned: number | undefined;
  #isDenied = false;
  #isLooking = false;

  constructor(source: ProgressSource) {
    this.#source = source;
  }

  event(event: TimelineEvent): void {
    if (event.planned !== undefined) this.#planned = event.planned;
    if (event.build) this.#open.set(keyOf(event), { event, terraform: new TerraformProgress(this.#planned) });
    else if (event.status === 'succeeded' || event.status === 'failed') {
      this.#open.delete(keyOf(event));
      if (event.end)
        for (const [key, { event: open }] of this.#open)
          if (open.execution.arn === event.execution.arn) this.#open.delete(key);
    }
  }

  /**
   * Reads the new lines.
   * @returns the progress of every build that a state waits for, or undefined while an earlier call is in progress
   */
  async look(): Promise<StateProgress[] | undefined> {
    if (this.#isLooking) return undefined;
    this.#isLooking = true;
    try {
      if (!this.#isDenied) for (const open of this.#open.values()) await this.#read(open);
    } catch (error) {
      // Network errors and throttling are temporary.
      this.#isDenied = awsFailure(error) !== 'transient';
    } finally {
      this.#isLooking = false;
    }
    return [...this.#open.values()].map(({ event, terraform }) => ({ event, progress: terraform.progress }));
  }

  async #read(open: OpenBuild): Promise<void> {
    if (!open.reader) {
      const build = open.event.build ? await describeBuild(this.#source, open.event.build) : undefined;
      if (!build) return;
      open.reader = new LogReader(this.#source.logs, build.log, build.startedAt);
    }
    for await (const lines of open.reader.read())
      for (const { message, at } of lines) open.terraform.apply(message, at);
  }
}

const SLOWEST = 3;

/** Returns a text such as `18 of 72 done`. The text is empty for a build that has printed no progress. */
export function describeDone({ done, failed, planned, underWay }: Progress): string {
  if (done + failed + underWay.length === 0) return '';
  const all = planned === undefined ? '' : ` of ${planned}`;
  return `${done}${all} done${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** Returns a text such as `aws_db_instance.main 2 min 50 s` for the resources that take longest. */
export function describeSlowest({ underWay }: Progress, now: number): string[] {
  return underWay.slice(0, SLOWEST).map(({ address, since }) => `${address} ${span(Math.max(0, now - since))}`);
}
