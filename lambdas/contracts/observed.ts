import type { SweepVerdict } from './contracts.ts';
import type { ValidationVerdict } from './record.ts';

/** Verdicts are as old as what they rest on, whenever they are written down. */

export interface Dated {
  verdict: ValidationVerdict | SweepVerdict;
  /** To the second. */
  at: string;
}

/** In milliseconds. */
export interface Look {
  from: number;
  to: number;
}

const RANKS: Record<Dated['verdict'], number> = {
  ...{ PASSED: 0, CLEAN: 0 },
  ...{ UNKNOWN: 1, INCONCLUSIVE: 1 },
  ...{ FAILED: 2, LEFTOVERS: 2 },
};

/** Oldest first; of one second, the worse verdict last. A total order, so that whoever writes in whatever order ends with the same. */
export function byTime(a: Dated, b: Dated): number {
  return Date.parse(a.at) - Date.parse(b.at) || RANKS[a.verdict] - RANKS[b.verdict];
}

/**
 * When a verdict was observed, in milliseconds: a good one when its first look began, since any look may be the one that would see
 * otherwise by now, any other when its last look ended.
 * @param begun for looks of which nobody knows when they were
 */
export function observedAt(verdict: Dated['verdict'], looks: readonly (Look | undefined)[], begun: number): number {
  const dated = looks.filter((look) => look !== undefined);
  if (dated.length === 0) return begun;
  return RANKS[verdict] === 0 ? Math.min(...dated.map(({ from }) => from)) : Math.max(...dated.map(({ to }) => to));
}

/** A state is entered at once when the looks are over, and is retried for a few minutes. Whatever comes later is a redrive. */
const FRESH_MS = 15 * 60_000;

/** Why looks are too old to be told as a verdict of today; undefined while they are not, or while one has no time. */
export function whyStale(looks: readonly (Look | undefined)[], now: number): string | undefined {
  const ends = looks.map((look) => look?.to ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  if (ends.length === 0 || now - last <= FRESH_MS) return undefined;
  return `the last look was at ${new Date(last).toISOString()}, ${Math.round((now - last) / 60_000)} minutes ago`;
}
