import type { SweepVerdict } from './contracts.ts';
import type { ValidationVerdict } from './record.ts';

/** A verdict is as old as the observations behind it, no matter when it is written. */

export interface Dated {
  verdict: ValidationVerdict | SweepVerdict;
  /** The time is precise to the second. */
  at: string;
}

/** The times of a look are in milliseconds. */
export interface Look {
  from: number;
  to: number;
}

const RANKS: Record<Dated['verdict'], number> = {
  ...{ PASSED: 0, CLEAN: 0 },
  ...{ UNKNOWN: 1, INCONCLUSIVE: 1 },
  ...{ FAILED: 2, LEFTOVERS: 2 },
};

/**
 * Sorts the oldest verdict first, and of one second the worse verdict last. The order is total, so that the result does
 * not depend on the order of the writes.
 */
export function byTime(a: Dated, b: Dated): number {
  return Date.parse(a.at) - Date.parse(b.at) || RANKS[a.verdict] - RANKS[b.verdict];
}

/**
 * Returns when a verdict was observed, in milliseconds. A good verdict is observed when its first look begins, since
 * any look might have a different result by now. Any other verdict is observed when its last look ends.
 * @param begun is the result for looks without known times
 */
export function observedAt(verdict: Dated['verdict'], looks: readonly (Look | undefined)[], begun: number): number {
  const dated = looks.filter((look) => look !== undefined);
  if (dated.length === 0) return begun;
  return RANKS[verdict] === 0 ? Math.min(...dated.map(({ from }) => from)) : Math.max(...dated.map(({ to }) => to));
}

/** A state is entered immediately after the looks and is retried for a few minutes. Anything later is a redrive. */
const FRESH_MS = 15 * 60_000;

/**
 * Says why looks are too old to be reported as a verdict of today. The function returns undefined while they are not,
 * or while one has no time.
 */
export function whyStale(looks: readonly (Look | undefined)[], now: number): string | undefined {
  const ends = looks.map((look) => look?.to ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  if (ends.length === 0 || now - last <= FRESH_MS) return undefined;
  return `the last look was at ${new Date(last).toISOString()}, ${Math.round((now - last) / 60_000)} minutes ago`;
}
