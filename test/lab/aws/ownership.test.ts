import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { loadRecord, replaceRecord } from '../../../lambdas/aws/environments-table.ts';
import { FUNCTIONS, HANDLER_NAMES, type HandlerName } from '../../../lambdas/contracts/functions.ts';
import type { EnvironmentRecord } from '../../../lambdas/contracts/record.ts';
import { aRecord, aRequest, arnOf } from '../../unit/lambdas/support/fixtures.ts';
import { createRecordTable, TABLE } from './support.ts';

const lab = useLab();
const execution = { id: arnOf('teardown', 'lost'), name: 'lost', startTime: '2026-01-31T12:00:00Z' };
const request = aRequest({ machine: 'teardown', mode: 'destroy', execution, record: aRecord() });
const images = { api: 'r@sha256:1', worker: 'r@sha256:2' };
const held = { request, fencing: 3, redrive: 1 };

/** These handlers change something for the owner of an environment. The value is an event that the handler accepts. */
const ASKS: Partial<Record<HandlerName, object>> = {
  inventory: held,
  'remove-unmanaged': { ...held, phase: 'rest', attempt: 0 },
  'empty-bucket': held,
  outputs: held,
  'review-plan': held,
  'release-claim': { ...held, request: { ...request, record: aRecord({ fencing: 2 }) } },
  'move-tags': { ...held, images },
  schedules: { ...held, sweepAfterHours: [1] },
  'require-ownership': {
    environment: 'dev',
    owner: execution.id,
    fencing: 3,
    redrive: 1,
    build: 'b:1',
    command: 'apply',
  },
};

/** These handlers change something and ask for no ownership. The value is the reason. */
const DOES_NOT_ASK: Partial<Record<HandlerName, string>> = {
  'check-resources': 'invokes a function that the configuration lists, as whoever uses the environment does',
  'check-build': 'starts a build of the team, which may do what the configuration grants the check',
  board: 'writes pages and a ledger of its own',
  claim: 'it decides who owns the environment',
  lease: 'whoever extends or protects owns nothing; its write is conditional on the whole lease',
  evidence: 'writes evidence of its own, and the record of its run',
  verdict: 'writes evidence of its own, and the record of its run',
  'sweep-services': 'writes evidence of its own',
  'execution-changed': 'writes on condition of the owner; a teardown that it starts claims for itself',
  'find-expired': 'sets aside a record that nobody can read, and that nobody can own therefore',
  'expiry-warning': 'tells people',
  'environment-metrics': 'tells people, and marks on the record of the run that it has',
  orphans: 'tells people, and writes evidence of its own',
  preview: 'starts a build that plans, with a role that only reads',
  'pull-request': 'starts machines, which claim for themselves',
};

const protection = {
  until: '2999-01-01T00:00:00Z',
  by: arnOf('protect', 'a'),
  at: '2026-01-31T12:00:00Z',
  reason: 'demo',
};

const before = { ...process.env };
beforeAll(async () => {
  await createRecordTable(lab.context);
  Object.assign(process.env, {
    ...{ ENVIRONMENTS_TABLE: TABLE, CONTROL_BUCKET: 'control', PROJECT: 'order-platform', MAX_DELETIONS: '5' },
    ...{
      ALLOWED_ACCOUNTS: '123456789012',
      ALLOWED_REGIONS: 'eu-west-1',
      WANTED_OUTPUTS: '[]',
      LOOKUPS: '[]',
      NAME_PATTERN: 'order-platform-{environment}-v3',
      WARN_MINUTES: '30',
      ACCEPTED_RISKS: '[]',
      TERRAFORM_ROLE_ARN: 'arn:aws:iam::123456789012:role/runbook-terraform',
    },
    ...{
      SCHEDULE_GROUP: 'g',
      SCHEDULE_ROLE_ARN: 'arn:r',
      DEAD_LETTER_QUEUE_ARN: 'arn:q',
      EXPIRY_WARNING_FUNCTION_ARN: 'arn:f',
    },
    ...{ TEARDOWN_MACHINE_ARN: 'arn:t', SWEEP_MACHINE_ARN: 'arn:s' },
  });
});
afterAll(() => {
  process.env = before;
});

test('every function that changes something asks who owns the environment, or there is a reason', () => {
  const changes = HANDLER_NAMES.filter((name) =>
    FUNCTIONS[name].actions.some((action) => !/:(Describe|Get|List|BatchGet|Filter|Scan)/.test(action)),
  );
  expect([...Object.keys(ASKS), ...Object.keys(DOES_NOT_ASK)].sort()).toEqual([...changes].sort());
});

describe.each(Object.keys(ASKS) as HandlerName[])('%s', (name) => {
  const call = async () => {
    const { handler } = await import(`../../../lambdas/handlers/${name}.ts`);
    return handler(structuredClone(ASKS[name]), {});
  };
  const put = async (changes: Partial<EnvironmentRecord>) => {
    const now = await loadRecord(TABLE, 'dev');
    await replaceRecord(
      TABLE,
      aRecord({ owner: execution.id, ownerMachine: 'teardown', status: 'TEARING_DOWN', ...changes }),
      now,
    );
    return loadRecord(TABLE, 'dev');
  };
  const owner = arnOf('provision', 'next');

  test.each<[string, Partial<EnvironmentRecord>]>([
    ['an execution that lost the environment', { owner, ownerMachine: 'provision', status: 'LIVE', fencing: 4 }],
    ['an earlier claim of the same execution', { fencing: 4 }],
  ])('changes nothing for %s', async (_, changes) => {
    const record = await put(changes);
    await expect(call()).rejects.toMatchObject({ name: 'SafetyError' });
    expect(await loadRecord(TABLE, 'dev')).toEqual(record);
  });

  // The handler has its own check, since it writes the status: it asks for owner and number, and writes on condition of
  // the whole claim.
  if (name === 'release-claim') return;

  test('says who owns the environment now', async () => {
    await put({ owner, ownerMachine: 'provision', status: 'LIVE', fencing: 4, protection });
    await expect(call()).rejects.toThrow(
      new RegExp(
        `taken over: it belongs to provision ${owner} since 2026-01-31T12:00:00Z, and is LIVE, protected until 2999.*Do not redrive it`,
        's',
      ),
    );
  });

  test.each<[string, Partial<EnvironmentRecord>]>([
    ['of an earlier redrive', { redrive: 2 }],
    ['when its work is done', { status: 'GONE' }],
    ['of what is protected', { protection }],
  ])('changes nothing %s', async (_, changes) => {
    await put(changes);
    await expect(call()).rejects.toMatchObject({ name: 'SafetyError' });
  });
});

test('no plan of a build is reviewed that has lost the environment', async () => {
  const now = await loadRecord(TABLE, 'dev');
  await replaceRecord(
    TABLE,
    aRecord({ owner: arnOf('provision', 'next'), ownerMachine: 'provision', fencing: 4 }),
    now,
  );
  const { handler } = await import('../../../lambdas/handlers/review-plan.ts');
  const asks = {
    ...(ASKS['require-ownership'] as object),
    run: 'dev-1',
    commit: 'c0ffee0',
    prefix: 'order-platform-dev-v3',
    ...{ accountId: '123456789012', region: 'eu-west-1' },
  };
  await expect(handler({ ...asks, command: 'review' }, {})).rejects.toMatchObject({ name: 'SafetyError' });
});

describe('a build of a teardown that only plans', () => {
  beforeEach(async () => {
    const now = await loadRecord(TABLE, 'dev');
    await replaceRecord(TABLE, aRecord({ owner: execution.id, ownerMachine: 'teardown', status: 'LIVE' }), now);
  });
  const ask = async (command: string) => {
    const { handler } = await import('../../../lambdas/handlers/require-ownership.ts');
    return handler({ ...(ASKS['require-ownership'] as object), command }, {});
  };

  test('may plan, and is on the record for the next claim', async () => {
    expect(await ask('destroy-plan')).toEqual({ owned: true });
    expect(await loadRecord(TABLE, 'dev')).toMatchObject({
      ...{ status: 'LIVE', redrive: 1, activity: 1 },
      work: [expect.stringMatching(/^build \S+Z b:1$/)],
    });
  });

  test('may not destroy', async () => {
    await expect(ask('destroy')).rejects.toMatchObject({
      name: 'SafetyError',
      message: expect.stringContaining('is LIVE'),
    });
  });
});
