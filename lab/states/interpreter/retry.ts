import type { Retrier } from '../definition/types.ts';
import { matchesError, type StateError } from '../errors.ts';

/** AWS's longest pause between two attempts has this number of seconds. */
const LONGEST_DELAY_SECONDS = 31_622_400;

/** The class is the state of the Retry of one visit: each retrier counts its own attempts. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #random: () => number;
  readonly #attempts = new Map<Retrier, number>();

  constructor(retriers: readonly Retrier[] = [], random: () => number = Math.random) {
    this.#retriers = retriers;
    this.#random = random;
  }

  /** @returns milliseconds to wait before the next attempt; undefined when there is none */
  next(failure: StateError): number | undefined {
    const retrier = this.#retriers.find(({ ErrorEquals }) => matchesError(ErrorEquals, failure));
    if (!retrier) return undefined;
    const attempt = this.#attempts.get(retrier) ?? 0;
    if (attempt >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.#attempts.set(retrier, attempt + 1);
    const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = LONGEST_DELAY_SECONDS, JitterStrategy } = retrier;
    const seconds = Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds);
    return 1000 * seconds * (JitterStrategy === 'FULL' ? this.#random() : 1);
  }
}
