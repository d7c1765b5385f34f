import { vi } from 'vitest';

/** A call has one attempt and one second for its answer, because a matrix has no time for retries. */
vi.mock('../../../lambdas/aws/client-config.ts', () => {
  const clientConfig = {
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
  };
  return { clientConfig, patientConfig: clientConfig };
});

/** A sleep ends at once, and the clock advances by ten times its duration. A wait in vain takes few calls. */
vi.mock('../../../lambdas/runtime/clock.ts', async (original) => {
  let slept = 0;
  const systemClock = {
    now: () => Date.now() + slept,
    sleep: async (ms: number) => {
      slept += 10 * ms;
    },
  };
  return { ...(await original<typeof import('../../../lambdas/runtime/clock.ts')>()), systemClock };
});

/** The address of the load balancer is public, and the matrix calls no public address. */
vi.mock('../../../lambdas/aws/public-http.ts', async () => {
  const { http } = await import('./http.ts');
  return { callPublicHost: (call: Parameters<typeof http.answer>[0]) => http.answer(call) };
});
