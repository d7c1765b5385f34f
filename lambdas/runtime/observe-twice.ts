import type { Conclusion } from '../contracts/contracts.ts';
import type { Clock } from './clock.ts';

/** The time is between the beginnings of the two looks. The checks run concurrently, and others take longer. */
export const BETWEEN_LOOKS_MS = 500;

/**
 * Runs a check twice. AWS's descriptions are eventually consistent, so a single answer may describe an earlier state. A
 * check passes or fails when two looks, with calls of their own, have the same conclusion. Looks that disagree are not
 * ready and are retried. A look that takes longer than the time between them does not delay the second.
 */
export async function lookTwice(look: () => Promise<Conclusion>, clock: Clock): Promise<Conclusion> {
  let early: Conclusion | undefined;
  const first = look().then((conclusion) => {
    early = conclusion;
    return conclusion;
  });
  const pause = clock.sleep(BETWEEN_LOOKS_MS);
  await Promise.race([first, pause]);
  if (early && !concludes(early)) return early;
  await pause;
  const [one, two] = await Promise.all([first, look()]);
  return concludes(one) ? agree(one, two) : one;
}

function concludes({ status }: Conclusion): boolean {
  return status === 'passed' || status === 'failed';
}

function agree(first: Conclusion, second: Conclusion): Conclusion {
  const { status, observed } = second;
  if (status === first.status || !concludes(second)) return second;
  return {
    ...second,
    status: 'not-ready',
    observed: `two looks disagree: the first ${first.status} (${first.observed}), the second ${status} (${observed})`,
  };
}
