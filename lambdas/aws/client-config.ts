/**
 * Every SDK client has these settings. Time limits keep an endpoint that does not answer from using up an invocation,
 * and retries handle throttling.
 */
export const clientConfig = {
  maxAttempts: 4,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

/**
 * Sweeps use these settings because they call many services often. The client reduces its own rate when it is
 * throttled.
 */
export const patientConfig = { ...clientConfig, maxAttempts: 8, retryMode: 'adaptive' } as const;
