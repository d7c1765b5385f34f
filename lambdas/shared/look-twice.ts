import type { Clock } from './clock.ts';
import type { Conclusion } from './contracts.ts';

/** Between the end of one look and the beginning of the next. The checks run side by side, and others take longer. */
export const BETWEEN_LOOKS_MS = 500;

/**
 * AWS's descriptions are eventually consistent, so a single answer may describe what is over. A check passes or fails
 * when two looks, with calls of their own, come to the same conclusion. Looks that disagree are waited for.
 */
export async function lookTwice(look: () => Promise<Conclusion>, clock: Clock): Promise<Conclusion> {
  const first = await look();
  if (first.status === 'not-ready' || first.status === 'unknown') return first;
  await clock.sleep(BETWEEN_LOOKS_MS);
  return agree(first, await look());
}

function agree(first: Conclusion, second: Conclusion): Conclusion {
  const { status, observed } = second;
  if (status === first.status || status === 'not-ready' || status === 'unknown') return second;
  return {
    ...second,
    status: 'not-ready',
    observed: `two looks disagree: the first ${first.status} (${first.observed}), the second ${status} (${observed})`,
  };
}
