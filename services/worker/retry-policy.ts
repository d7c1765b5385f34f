export const MAX_RETRIES = 3;

export type NextStep = { retry: true; retryCount: number; delaySeconds: number } | { retry: false };

/**
 * Decides what follows a failed attempt: at most three retries, each after twice the previous wait. Every failure is
 * retried, and a rejection too: the limit that rejects an order today may be raised in the meantime.
 * @param retryCount the number of retries so far: 0 after the first attempt
 */
export function afterFailure(retryCount: number, backoffSeconds: number): NextStep {
  if (retryCount >= MAX_RETRIES) return { retry: false };
  return { retry: true, retryCount: retryCount + 1, delaySeconds: backoffSeconds * 2 ** retryCount };
}
