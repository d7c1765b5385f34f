import { describe, expect, test, vi } from 'vitest';
import {
  deployInput,
  extendInput,
  protectInput,
  provisionInput,
  teardownInput,
  validateInput,
} from '../../../../lambdas/contracts/contracts.ts';
import {
  type PullRequestEvent,
  type PullRequestMachine,
  pullRequestEvent,
  pullRequestStatus,
} from '../../../../lambdas/contracts/pull-request.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { type PullRequestPorts, pullRequest } from '../../../../lambdas/environment/pull-request.ts';
import { ACCOUNT, aRecord, arnOf } from '../support/fixtures.ts';

const INPUTS = {
  provision: provisionInput,
  deploy: deployInput,
  validate: validateInput,
  teardown: teardownInput,
  extend: extendInput,
  protect: protectInput,
};
const machineArns = Object.fromEntries(
  Object.keys(INPUTS).map((name) => [name, `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:runbook-${name}`]),
) as Record<PullRequestMachine, string>;

function ask(event: object, records: EnvironmentRecord[] = [], hasImages = true) {
  const ports = {
    ...{ prefix: 'pr', bucket: 'control', machineArns, hasImages },
    startExecution: vi.fn<PullRequestPorts['startExecution']>(async () => 'arn:x'),
    loadRecord: vi.fn(async (name: string) => records.find(({ environment }) => environment === name) ?? null),
    listRecords: async () => ({ records, malformed: ['pr-9', 'dev'] }),
    now: () => Date.parse('2026-01-31T14:00:00Z'),
  };
  return { ports, answer: pullRequest(pullRequestEvent.parse(event), ports) };
}

const EVENTS: Exclude<PullRequestEvent, { action: 'status' | 'list' }>[] = [
  { action: 'provision', number: 123, attempt: '7-1', ttlHours: 24 },
  { action: 'deploy', number: 123, attempt: '7-1', commit: 'abcdef1' },
  { action: 'validate', number: 123, attempt: '7-1' },
  { action: 'teardown', number: 123, attempt: '7-1' },
  { action: 'extend', number: 123, attempt: '7-1', hours: 8 },
  { action: 'protect', number: 123, attempt: '7-1', until: '2026-02-01T14:00:00Z' },
  { action: 'protect', number: 123, attempt: '7-1', until: null },
];

test.each(EVENTS)('$action starts that machine for the environment of the number alone', async (event) => {
  const { ports, answer } = ask(event);
  expect(await answer).toEqual({ environment: 'pr-123', execution: 'arn:x' });
  const [machine, name, input] = ports.startExecution.mock.calls[0] ?? [];
  expect([machine, name]).toEqual([machineArns[event.action], `pr-123-7-1-${event.action}`]);
  expect(input).toMatchObject({ environment: 'pr-123' });
  // A validation changes nothing, and so it has no reason.
  if (event.action !== 'validate') expect(input).toMatchObject({ reason: 'pull request 123, attempt 7-1' });
  expect(INPUTS[event.action].safeParse(input).error).toBeUndefined();
});

test('the same attempt is the same execution', async () => {
  const { ports } = ask(EVENTS[3] ?? {});
  ports.startExecution.mockResolvedValue(undefined);
  expect(await pullRequest(EVENTS[3] as PullRequestEvent, ports)).toEqual({
    environment: 'pr-123',
    execution: arnOf('teardown', 'pr-123-7-1-teardown'),
  });
});

describe('whoever may ask cannot reach another environment', () => {
  test.each([
    { action: 'teardown', number: 123, attempt: '1', environment: 'dev' },
    { action: 'teardown', number: '1-dev', attempt: '1' },
    { action: 'teardown', number: 1.5, attempt: '1' },
    { action: 'teardown', number: -1, attempt: '1' },
    { action: 'teardown', number: 123, attempt: '1-x' },
    { action: 'provision', number: 123, attempt: '1', ttlHours: 100 },
    { action: 'deploy', number: 123, attempt: '1', commit: 'main' },
    { action: 'sweep', number: 123, attempt: '1' },
  ])('%j is refused', (event) => {
    expect(pullRequestEvent.safeParse(event).success).toBe(false);
  });
});

/** A life that a pull request began. */
const begun = (environment: string, changes: Partial<EnvironmentRecord> = {}) =>
  aRecord({ environment, createdBy: arnOf('provision', `${environment}-7-1-provision`), ...changes });

describe('an environment that a person has called like that of a pull request', () => {
  const byHand = [
    aRecord({ environment: 'pr-123', createdBy: arnOf('provision', 'b2b3a5d1') }),
    // The record is older than the attribute.
    aRecord({ environment: 'pr-123', owner: arnOf('provision', 'b2b3a5d1') }),
    aRecord({ environment: 'pr-123', createdBy: arnOf('provision', 'pr-12-7-1-provision') }),
  ];
  test.each(EVENTS)('is left alone: $action', async (event) => {
    for (const record of byHand) {
      const { ports, answer } = ask(event, [record]);
      await expect(answer).rejects.toThrow(/"pr-123" exists, and no pull request began it/);
      expect(ports.startExecution).not.toHaveBeenCalled();
    }
  });

  test('is not in the list, so that no closed pull request ends it', async () => {
    for (const record of byHand) expect(await ask({ action: 'list' }, [record]).answer).toEqual({ numbers: [9] });
  });
});

test.each(EVENTS)('$action reaches what a pull request began, whoever owns it now', async (event) => {
  for (const record of [
    begun('pr-123'),
    begun('pr-123', { owner: arnOf('teardown', 'b2b3a5d1') }),
    aRecord({ environment: 'pr-123', owner: arnOf('deploy', 'pr-123-8-1-deploy') }),
    aRecord({ environment: 'pr-123', status: 'GONE' }),
  ]) {
    const { ports, answer } = ask(event, [record]);
    await answer;
    expect(ports.startExecution).toHaveBeenCalled();
  }
});

test('the list has those that are there, or may be, and nobody else’s', async () => {
  const of = (environment: string, status: EnvironmentRecord['status'] = 'LIVE') => begun(environment, { status });
  const { answer } = ask({ action: 'list' }, [
    of('pr-1'),
    of('pr-2', 'GONE'),
    of('pr-3', 'FAILED'),
    of('pr-x'),
    of('pr-1-b'),
    of('pr-01'),
    of('prod'),
  ]);
  expect(await answer).toEqual({ numbers: [1, 3, 9] });
});

describe('the status', () => {
  const status = async (record?: Partial<EnvironmentRecord>) =>
    pullRequestStatus.parse(
      await ask({ action: 'status', number: 123 }, record ? [aRecord({ environment: 'pr-123', ...record })] : [])
        .answer,
    );

  test('has address, end, cost and checks', async () => {
    const lastValidation = {
      verdict: 'PASSED',
      at: '2026-01-31T13:00:00Z',
      execution: 'arn:v',
      report: 'environments/pr-123/r/report.json',
    } as const;
    expect(await status({ usdPerHour: 0.1, lastValidation })).toEqual({
      ...{ environment: 'pr-123', hasImages: true, status: 'LIVE', commit: 'abcdef1', endsAt: '2026-01-31T20:00:00Z' },
      ...{ url: `http://${aRecord().outputs?.alb_dns_name}`, usdPerHour: 0.1, usdSoFar: 0.2, verdict: 'PASSED' },
      ...{ validatedAt: '2026-01-31T13:00:00Z', report: { bucket: 'control', key: lastValidation.report } },
    });
  });

  test.each([
    ['provisionBegan', 'PASSED', undefined],
    ['teardownBegan', 'PASSED', undefined],
    ['provisionBegan', 'FAILED', 'FAILED'],
    ['owner', 'PASSED', 'PASSED'],
    ['applied', 'PASSED', undefined],
  ] as const)('with %s has of an earlier %s the verdict %s', async (attribute, verdict, shown) => {
    const lastValidation = { verdict, at: '2026-01-31T13:00:00Z', execution: 'arn:v', report: 'r/report.json' };
    const answer = await status({
      status: 'FAILED',
      lastValidation,
      [attribute]: attribute === 'applied' ? 4 : arnOf('provision', 'p'),
    });
    expect([answer.verdict, answer.report === undefined]).toEqual([shown, shown === undefined]);
  });

  test('says that the stack has no images, also of an environment that is not there', async () => {
    const { answer } = ask({ action: 'status', number: 123 }, [], false);
    expect(await answer).toEqual({ environment: 'pr-123', hasImages: false, status: 'NONE' });
  });

  test('has the cost that ends it, at each price for its time', async () => {
    const spent = { usd: 4, at: '2026-01-31T13:00:00Z' };
    expect(await status({ usdPerHour: 0.5, spent })).toMatchObject({ usdPerHour: 0.5, usdSoFar: 4.5 });
  });

  test('of what is not there, or gone, has neither address nor cost', async () => {
    expect(await status()).toEqual({ environment: 'pr-123', status: 'NONE', hasImages: true });
    expect(await status({ status: 'GONE', usdPerHour: 0.1 })).toEqual({
      environment: 'pr-123',
      hasImages: true,
      status: 'GONE',
      commit: 'abcdef1',
    });
  });
});
