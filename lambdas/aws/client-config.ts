/** Every SDK client: bounded in time, so that a silent endpoint cannot use up an invocation, and patient with throttling. */
export const clientConfig = {
  maxAttempts: 4,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

/** For sweeps, which call many services often: slows itself down when it is throttled. */
export const patientConfig = { ...clientConfig, maxAttempts: 8, retryMode: 'adaptive' } as const;
