export const MAX_RETRIES = 3;

export type NextStep = { retry: true; retryCount: number; delaySeconds: number } | { retry: false };

/**
 * What follows a failed attempt: at most three retries, each after twice the wait of the one before. Every failure is
 * retried, a rejection too: the limit that rejects an order today may be raised in the meantime.
 * @param retryCount retries so far: 0 after the first attempt
 */
export function afterFailure(retryCount: number, backoffSeconds: number): NextStep {
  if (retryCount >= MAX_RETRIES) return { retry: false };
  return { retry: true, retryCount: retryCount + 1, delaySeconds: backoffSeconds * 2 ** retryCount };
}
