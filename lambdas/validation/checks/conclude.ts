import type { Conclusion } from '../../contracts/contracts.ts';

type Status = Conclusion['status'];

/** Worst first. What has failed for good outweighs what we could not read, and that what is merely not there yet. */
const ORDER: readonly Status[] = ['failed', 'unknown', 'not-ready', 'passed'];

/** One thing that was looked at, and what it says about the whole. */
export interface Observation {
  status: Status;
  text: string;
}

/** A check is as good as its worst observation. Without any observation nothing was seen, so nothing has passed. */
export function worst(observations: readonly Observation[]): Status {
  return ORDER.find((status) => observations.some((one) => one.status === status)) ?? 'unknown';
}

/** The sentence for a person: what is wrong if something is, else everything that was seen. */
export function conclude(
  expected: string,
  observations: readonly Observation[],
  evidence: Record<string, unknown>,
): Conclusion {
  const status = worst(observations);
  const telling = status === 'passed' ? observations : observations.filter((one) => one.status !== 'passed');
  return {
    status,
    expected,
    observed: telling.map((one) => one.text).join('; ') || 'nothing was observed',
    evidence,
  };
}
