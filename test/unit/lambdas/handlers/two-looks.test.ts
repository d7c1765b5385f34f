import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHECKS, type CheckName, type Conclusion } from '../../../../lambdas/contracts/contracts.ts';
import { aRecord, aRequest } from '../support/fixtures.ts';

/** The observations pass once and fail afterwards. No check passes on a single observation. */

/** These checks read each fact several times themselves. Their own tests cover that. */
const SAMPLES_ITSELF: ReadonlySet<CheckName> = new Set(['sqs-backlog', 'e2e-order']);

const conclusion = (status: Conclusion['status'], observed: string): Conclusion => ({
  status,
  expected: 'e',
  observed,
  evidence: {},
});
const looks = vi.hoisted(() => ({ left: [] as ('passed' | 'failed')[] }));
const look = vi.hoisted(() => async () => {
  const status = looks.left.shift() ?? 'failed';
  return conclusion(status, `looked ${status}`);
});

vi.mock('../../../../lambdas/runtime/clock.ts', async (load) => ({
  ...(await load<object>()),
  systemClock: { now: () => Date.now(), sleep: async () => {} },
}));
vi.mock('../../../../lambdas/validation/observe-services.ts', () => ({ observeServices: look }));
vi.mock('../../../../lambdas/validation/observe-load-balancer.ts', () => ({ observeLoadBalancer: look }));
vi.mock('../../../../lambdas/validation/observe-logs.ts', () => ({ observeLogs: look }));
vi.mock('../../../../lambdas/validation/observe-queues.ts', () => ({ observeQueues: look }));
vi.mock('../../../../lambdas/validation/observe-images.ts', () => ({ observeImages: look }));
vi.mock('../../../../lambdas/validation/observe-backend.ts', () => ({ observeBackend: look }));
vi.mock('../../../../lambdas/validation/trace-orders.ts', () => ({ traceOrders: look }));

const CONTEXT = { getRemainingTimeInMillis: () => 60_000 };

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('WAIT_SECONDS', '0');
});
afterAll(() => vi.unstubAllEnvs());

async function check(name: CheckName, ...answers: ('passed' | 'failed')[]) {
  looks.left = answers;
  const { handler } = await import(`../../../../lambdas/handlers/check-${name}.ts`);
  const event = { request: aRequest({ machine: 'validate', record: aRecord() }), since: '2026-01-31T12:00:00Z' };
  return (await handler(event, CONTEXT)) as { status: string; observed: string };
}

describe.each(CHECKS.filter((name) => !SAMPLES_ITSELF.has(name)))('%s', (name) => {
  test('does not pass when the world is well once, and broken otherwise', async () => {
    expect(await check(name, 'passed')).toMatchObject({
      status: 'failed',
      observed: expect.stringContaining('two looks disagree'),
    });
  });

  test('passes when two looks say so', async () => {
    expect(await check(name, 'passed', 'passed')).toMatchObject({ status: 'passed' });
  });
});

test.each([...SAMPLES_ITSELF])('%s acts or samples, and is run once', async (name) => {
  expect(await check(name, 'passed')).toMatchObject({ status: 'passed' });
});
