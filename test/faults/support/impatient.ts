import { vi } from 'vitest';

/** One attempt, and one second for an answer: a matrix has no time for patience. */
vi.mock('../../../lambdas/aws/client-config.ts', () => {
  const clientConfig = {
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
  };
  return { clientConfig, patientConfig: clientConfig };
});

/** Whoever sleeps wakes at once, and much later than asked for: what is waited for in vain takes few calls. */
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
