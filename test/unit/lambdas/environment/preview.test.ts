import { describe, expect, test } from 'vitest';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { startPreview } from '../../../../lambdas/environment/preview.ts';
import { aRecord, arnOf } from '../support/fixtures.ts';

const env = {
  ENVIRONMENTS_TABLE: 'runbook-environments',
  NAME_PATTERN: 'order-platform-{environment}-v3',
  ALLOWED_ACCOUNTS: ['123456789012'],
  ALLOWED_REGIONS: ['eu-west-1'],
};
const LIVE = { status: 'LIVE', outputs: { alb: 'x' }, owner: arnOf('provision', 'p'), fencing: 7 } as const;

async function start(
  record: EnvironmentRecord | null,
  { account = '123456789012', region = 'eu-west-1', build = 'runbook-plan:1-2' as string | undefined } = {},
) {
  const started: Readonly<Record<string, string>>[] = [];
  const result = startPreview(
    { environment: 'dev' },
    { env, region },
    {
      accountId: async () => account,
      loadRecord: async () => record,
      start: async (variables) => {
        started.push(variables);
        return build;
      },
    },
  );
  const error = await result.then(
    () => undefined,
    (thrown: Error) => `${thrown.name}: ${thrown.message}`,
  );
  return { started, error, result: error === undefined ? await result : undefined };
}

test('starts one build, on the run, the state and the inputs that the record names', async () => {
  const record = aRecord({ ...LIVE, variables: { size: 2 } });
  const { started, result } = await start(record);
  expect(result).toEqual({ build: 'runbook-plan:1-2' });
  expect(started).toEqual([
    {
      ENVIRONMENT: 'dev',
      PREFIX: 'order-platform-dev-v3',
      ACCOUNT_ID: '123456789012',
      RUN: record.run,
      RUN_KEY: `environments/dev/runs/${record.run}`,
      STATE_BUCKET: record.stateBucket,
      LOCK_TABLE: record.lockTable,
      STATE_KEY: 'stack/terraform.tfstate',
      EXPIRES_AT: record.expiresAt,
      OWNER: LIVE.owner,
      FENCING: '7',
      REDRIVE: '0',
      INPUTS: 'given',
      COMMAND: 'preview',
    },
  ]);
});

test('a protected environment, and one that failed, have a preview too', async () => {
  const protection = {
    until: '2040-01-31T00:00:00Z',
    by: arnOf('protect', 'x'),
    at: '2030-01-31T00:00:00Z',
    reason: '',
  };
  for (const changes of [{ protection }, { status: 'FAILED' as const }])
    expect((await start(aRecord({ ...LIVE, ...changes }))).result).toEqual({ build: 'runbook-plan:1-2' });
});

describe('no build is started', () => {
  test.each<[string, EnvironmentRecord | null, RegExp]>([
    ['for no record', null, /^InputError: environment "dev" does not exist.*--approval plan$/],
    ['for one that is gone', aRecord({ ...LIVE, status: 'GONE' }), /^InputError: .*does not exist.*--approval plan$/],
    ['during a teardown', aRecord({ ...LIVE, status: 'TEARING_DOWN' }), /^InputError: .*wait until it is GONE/],
    [
      'after a teardown that failed',
      aRecord({ ...LIVE, status: 'FAILED', teardownBegan: arnOf('teardown', 't') }),
      /^InputError: .*its teardown began in .*:t: wait/,
    ],
    [
      'before the first apply has ended',
      aRecord({ ...LIVE, status: 'PROVISIONING', outputs: undefined }),
      /^InputError: .*npx runbook diff dev/,
    ],
  ])('%s', async (_, record, message) => {
    const { started, error } = await start(record);
    expect(error).toMatch(message);
    expect(started).toEqual([]);
  });

  test.each([
    ['in another account', { account: '999999999999' }, /^SafetyError: account "999999999999"/],
    ['in another region', { region: 'eu-west-2' }, /^SafetyError: region "eu-west-2"/],
  ])('%s', async (_, where, message) => {
    const { started, error } = await start(aRecord(LIVE), where);
    expect(error).toMatch(message);
    expect(started).toEqual([]);
  });
});

test('says what to do when CodeBuild queues no more builds', async () => {
  const startNone = startPreview(
    { environment: 'dev' },
    { env, region: 'eu-west-1' },
    { accountId: async () => '123456789012', loadRecord: async () => aRecord(LIVE), start: async () => undefined },
  );
  await expect(startNone).rejects.toThrow(/queues no more builds.*try again when a build has ended/);
});
