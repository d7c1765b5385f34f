import { AwsError } from '../service.ts';

/**
 * The quota has the number of builds of one compute type that an account runs at once, and the number that may wait.
 * CodeBuild queues five times as many as it runs
 * (https://docs.aws.amazon.com/codebuild/latest/userguide/builds-working.html); new accounts have been seen with a
 * shorter queue.
 */
export interface BuildQuota {
  running: number;
  queued: number;
}

/** The number is CodeBuild's former default, which no life reaches. A new account has 1, or 0. */
export const DEFAULT_RUNNING = 60;

/** @param running the value of LAB_CONCURRENT_BUILDS; undefined or empty for the default */
export function buildQuota(running: string | undefined): BuildQuota {
  const count = Number(running || DEFAULT_RUNNING);
  if (!Number.isInteger(count) || count < 0) {
    throw new Error(`LAB_CONCURRENT_BUILDS: ${running}: must be how many builds run at once, 0 or more`);
  }
  return { running: count, queued: 5 * count };
}

/** A place is a build's position among those of the account. */
export interface Place {
  /** Resolves when the build may start, and at once when the signal aborts: then the build has left the queue. */
  turn(signal: AbortSignal): Promise<void>;
  /** Frees the place for the next build. A second call has no effect. */
  leave(): void;
}

export class BuildQueue {
  readonly quota: BuildQuota;
  readonly #running = new Set<Place>();
  readonly #waiting = new Map<Place, () => void>();

  constructor(quota: BuildQuota) {
    this.quota = quota;
  }

  /** @throws {AwsError} when no more builds may wait */
  enter(): Place {
    const { running, queued } = this.quota;
    const started = Promise.withResolvers<void>();
    const place: Place = {
      turn: (signal) => {
        // A build that runs keeps its place until all of it has stopped.
        const giveUp = () => this.#waiting.has(place) && place.leave();
        if (signal.aborted) giveUp();
        else signal.addEventListener('abort', giveUp, { once: true });
        return started.promise;
      },
      leave: () => {
        if (this.#waiting.delete(place)) started.resolve();
        else if (this.#running.delete(place)) this.#next();
      },
    };
    if (this.#running.size < running) {
      this.#running.add(place);
      started.resolve();
    } else if (this.#waiting.size < queued) {
      this.#waiting.set(place, started.resolve);
    } else {
      throw new AwsError(
        'AccountLimitExceededException',
        `Cannot have more than ${queued} builds in queue for the account`,
      );
    }
    return place;
  }

  /** AWS promises no order. */
  #next(): void {
    const [first] = this.#waiting;
    if (!first) return;
    const [place, start] = first;
    this.#waiting.delete(place);
    this.#running.add(place);
    start();
  }
}
