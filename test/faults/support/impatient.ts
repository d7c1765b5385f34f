import { vi } from 'vitest';

/** The clients make one attempt, and wait one second for an answer, since the matrix has many cells. */
vi.mock('../../../lambdas/aws/client-config.ts', () => {
  const clientConfig = {
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
  };
  return { clientConfig, patientConfig: clientConfig };
});

/** A sleep ends at once, and the clock is then much later than requested: a wait without a result takes few calls. */
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

/** The load balancer's address is public, and the matrix is not. */
vi.mock('../../../lambdas/aws/public-http.ts', async () => {
  const { http } = await import('./http.ts');
  return { callPublicHost: (call: Parameters<typeof http.answer>[0]) => http.answer(call) };
});
