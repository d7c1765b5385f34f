import { describe, expect, test } from 'vitest';
import { preflight } from '../../../../lambdas/operations/preflight.ts';
import { parseEnvironment } from '../../../../lambdas/shared/environment.ts';
import type { EnvironmentMachine, EnvironmentRecord } from '../../../../lambdas/shared/record.ts';
import { preflightRequest } from '../../../../lambdas/shared/request.ts';
import { ACCOUNT, aRecord, arnOf, PATTERN, RUN } from '../support/fixtures.ts';

const env = parseEnvironment('preflight', {
  ENVIRONMENTS_TABLE: 't',
  NAME_PATTERN: PATTERN,
  ALLOWED_ACCOUNTS: ACCOUNT,
  ALLOWED_REGIONS: 'eu-west-1, eu-central-1',
  BUNDLE_COMMIT: '1234567',
  MAX_LIFE_HOURS: '48',
});
const execution = { id: arnOf('provision', 'x'), name: 'x', startTime: '2026-01-31T12:00:00.123Z' };

interface Options {
  record?: EnvironmentRecord | null;
  region?: string;
  account?: string;
}

function check(machine: EnvironmentMachine, input: Record<string, unknown>, options: Options = {}) {
  const { record = null, region = 'eu-west-1', account = ACCOUNT } = options;
  return preflight(
    { machine, input, execution },
    { env, region },
    { accountId: async () => account, loadRecord: async () => record },
  );
}

const live = aRecord();
const gone = aRecord({ status: 'GONE', outputs: undefined });
const { outputs: _, ...unfinished } = aRecord({ status: 'PROVISIONING' });
const dev = { environment: 'dev' };

const refusals: [string, EnvironmentMachine, Record<string, unknown>, Options, string, RegExp][] = [
  ['capitals', 'provision', { environment: 'Dev' }, {}, 'InputError', /environment "Dev": must be 2 to 21.*try "dev"/],
  ['an underscore', 'sweep', { environment: 'my_dev' }, {}, 'InputError', /"my_dev".*try "my-dev"/],
  ['a trailing hyphen', 'sweep', { environment: 'dev-' }, {}, 'InputError', /must not end with "-".*try "dev"/],
  [
    'a name that is nothing but wrong',
    'sweep',
    { environment: '1' },
    {},
    'InputError',
    /environment "1": must be[^(]*$/,
  ],
  ['a number for a name', 'sweep', { environment: 7 }, {}, 'InputError', /environment: /],
  ['no name', 'sweep', {}, {}, 'InputError', /environment: /],
  [
    "another environment's prefix",
    'sweep',
    { environment: 'dev-v3' },
    {},
    'InputError',
    /must not contain "-v3".*try "dev"/,
  ],
  ["another environment's prefix inside", 'sweep', { environment: 'dev-v3-x' }, {}, 'InputError', /try "dev-x"/],
  [
    'an unknown key',
    'provision',
    { ...dev, region: 'x' },
    {},
    'InputError',
    /input of provision: unknown key "region"/,
  ],
  ['two mistakes', 'provision', { environment: 'Dev', nope: 1 }, {}, 'InputError', /"Dev".*unknown key "nope"/],
  ['too long a life', 'provision', { ...dev, ttlHours: 100 }, {}, 'InputError', /ttlHours/],
  [
    'a longer life than is allowed here',
    'provision',
    { ...dev, ttlHours: 72 },
    {},
    'InputError',
    /ttlHours 72.*48.*MAX_LIFE_HOURS/,
  ],
  ['no order at all', 'validate', { ...dev, orders: 0 }, { record: live }, 'InputError', /orders/],
  ['more orders than a report can show', 'validate', { ...dev, orders: 11 }, { record: live }, 'InputError', /orders/],
  ['an unknown check', 'validate', { ...dev, checks: ['nope'] }, { record: live }, 'InputError', /checks/],
  [
    'a foreign region',
    'sweep',
    dev,
    { region: 'us-east-1' },
    'SafetyError',
    /region "us-east-1" is not allowed here: use one of eu-west-1, eu-central-1 \(ALLOWED_REGIONS\)/,
  ],
  [
    'a foreign account',
    'sweep',
    dev,
    { account: '999999999999' },
    'SafetyError',
    /account "999999999999".*ALLOWED_ACCOUNTS/,
  ],
  ['validating nothing', 'validate', dev, {}, 'InputError', /environment "dev" does not exist/],
  ['validating what is gone', 'validate', dev, { record: gone }, 'InputError', /does not exist/],
  ['validating too early', 'validate', dev, { record: unfinished }, 'InputError', /is PROVISIONING and has no outputs/],
  ['an extension without a reason', 'extend', { ...dev, hours: 2 }, { record: live }, 'InputError', /reason/],
  ['half an hour', 'extend', { ...dev, hours: 0.5, reason: 'x' }, { record: live }, 'InputError', /hours/],
  [
    'a protection until some time',
    'protect',
    { ...dev, until: 'Friday', reason: 'x' },
    { record: live },
    'InputError',
    /until: must be a time such as .* or null/,
  ],
  ['a protection without an end', 'protect', { ...dev, reason: 'x' }, { record: live }, 'InputError', /until/],
  [
    'a run of another environment',
    'sweep',
    { ...dev, run: 'dev2-20260131T120000-abc123' },
    {},
    'InputError',
    /must be a run of "dev"/,
  ],
  ['a run that is a path', 'sweep', { ...dev, run: '../dev2' }, {}, 'InputError', /run "..\/dev2"/],
  [
    'a life that is over',
    'provision',
    dev,
    { record: aRecord({ createdAt: '2026-01-29T12:00:00Z' }) },
    'InputError',
    /tear it down first/,
  ],
];

describe('preflight refuses', () => {
  test.each(refusals)('%s', async (_name, machine, input, options, name, message) => {
    await expect(check(machine, input, options)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });
});

describe('preflight works out', () => {
  test('everything of a first provision', async () => {
    const request = await check('provision', { ...dev, reason: 'demo' });
    expect(request).toMatchObject({
      run: expect.stringMatching(/^dev-20260131T120000-[0-9a-f]{6}$/),
      commit: '1234567',
      ttlHours: 8,
      approval: 'none',
      onFailure: 'keep',
      expiresAt: '2026-01-31T20:00:00Z',
      accountId: ACCOUNT,
      record: null,
    });
    expect(request.keys.base).toBe(`environments/dev/runs/${request.run}`);
    expect(Object.values(request)).not.toContain(undefined);
    expect(preflightRequest.parse(request)).toEqual(request);
  });

  test('the same run for every attempt of an execution', async () => {
    const [first, second] = [await check('provision', dev), await check('provision', dev)];
    expect(first.run).toBe(second.run);
  });

  test.each<[EnvironmentMachine, EnvironmentRecord, 'kept' | 'new']>([
    ['provision', live, 'kept'],
    ['provision', gone, 'new'],
    ['teardown', live, 'kept'],
    ['teardown', gone, 'new'],
    ['sweep', gone, 'kept'],
  ])('the run of a %s', async (machine, record, expected) => {
    const { run } = await check(machine, dev, { record });
    expect(run === RUN).toBe(expected === 'kept');
  });

  test.each([
    ['the one asked for', { ...dev, commit: 'feedbeef' }, live, 'feedbeef'],
    ["the record's", dev, live, 'abcdef1'],
    ["the bundle's", dev, null, '1234567'],
  ])('the commit of a teardown or validation: %s', async (_name, input, record, commit) => {
    const machine = 'commit' in input ? 'validate' : 'teardown';
    expect((await check(machine, input, { record })).commit).toBe(commit);
  });

  test('no longer life than is left', async () => {
    const record = aRecord({ createdAt: '2026-01-29T18:00:00Z' });
    expect((await check('provision', dev, { record })).expiresAt).toBe('2026-01-31T18:00:00Z');
  });

  test('a life that is over, for what is protected', async () => {
    const createdAt = '2026-01-29T12:00:00Z';
    const by = arnOf('protect', 'ada');
    const protection = { until: '2026-02-02T00:00:00Z', by, at: createdAt, reason: 'demo' };
    const record = aRecord({ createdAt, protection });
    expect((await check('provision', dev, { record })).expiresAt).toBe('2026-01-31T12:00:00Z');
  });

  test.each<[EnvironmentMachine, Record<string, unknown>]>([
    ['extend', { hours: 2, reason: 'demo' }],
    ['protect', { until: '2026-02-02', reason: 'demo' }],
    ['protect', { until: null, reason: 'over' }],
    ['teardown', { onlyIfExpired: true }],
  ])('what %s passes on of %j', async (machine, input) => {
    const request = await check(machine, { ...dev, ...input }, { record: live });
    expect(request).toMatchObject(input);
    expect(preflightRequest.parse(request)).toEqual(request);
  });

  test('nothing of the id that a calling execution adds', async () => {
    await expect(check('sweep', { ...dev, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn' })).resolves.toBeDefined();
  });
});
