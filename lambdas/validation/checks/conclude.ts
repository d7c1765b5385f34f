import type { Conclusion } from '../../contracts/contracts.ts';

type Status = Conclusion['status'];

/**
 * The worst status comes first. A permanent failure outweighs what could not be read, which outweighs what is not ready
 * yet.
 */
const ORDER: readonly Status[] = ['failed', 'unknown', 'not-ready', 'passed'];

/** An observation is one thing that was checked, and its status. */
export interface Observation {
  status: Status;
  text: string;
}

/** Returns the worst status of the observations. Without observations, nothing was checked and nothing has passed. */
export function worst(observations: readonly Observation[]): Status {
  return ORDER.find((status) => observations.some((one) => one.status === status)) ?? 'unknown';
}

/** Builds the conclusion. Its sentence names the problems if there are any, or else all observations. */
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
