/**
 * Every SDK client retries throttled calls, and its calls are bounded in time. A function that is asked who owns an
 * environment answers within its own timeout, which is shorter.
 */
export const clientConfig = {
  maxAttempts: 5,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 10_000, requestTimeout: 65_000, throwOnRequestTimeout: true },
} as const;
