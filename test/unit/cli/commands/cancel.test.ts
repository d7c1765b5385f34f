import { NoSuchKey } from '@aws-sdk/client-s3';
import { ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { aRecord } from '../../lambdas/support/fixtures.ts';
import { anAccount, runCli } from '../support/cli.ts';

const BUILD = 'runbook-terraform:5633206f-1111-2222-3333-444455556666';
const arn = (machine: string, name = 'p1') =>
  `arn:aws:states:eu-west-1:123456789012:execution:runbook-${machine}:${name}`;
const STATE = JSON.stringify({
  ...{ version: 4, lineage: 'one' },
  resources: [{ mode: 'managed', type: 'aws_sqs_queue', name: 'x', instances: [{}, {}] }],
});
const STARTED_BY = 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID';

type Answers = Record<string, (input: never) => unknown>;

function account(answers: Answers = {}) {
  const calls: string[] = [];
  const counted = (all: Answers): Answers =>
    Object.fromEntries(
      Object.entries(all).map(([name, answer]) => [
        name,
        (input: never) => {
          calls.push(name);
          return answer(input);
        },
      ]),
    );
  let looks = 0;
  const defaults: Answers = {
    DescribeExecution: () => ({ status: 'RUNNING', input: '{"environment":"dev"}' }),
    GetExecutionHistory: () => ({
      events: [
        { taskSubmittedEventDetails: { resourceType: 'codebuild', output: JSON.stringify({ Build: { Id: BUILD } }) } },
      ],
    }),
    BatchGetBuilds: () => ({
      builds: [{ id: BUILD, buildStatus: ++looks > 2 ? 'STOPPED' : 'IN_PROGRESS', buildComplete: looks > 2 }],
    }),
    StopExecution: () => ({}),
    StopBuild: () => ({}),
    RedriveExecution: () => ({}),
    GetItem: ({ TableName }: { TableName: string }) =>
      TableName === 'runbook-environments'
        ? { Item: marshall(aRecord({ owner: arn('provision'), usdPerHour: 0.09 }), { removeUndefinedValues: true }) }
        : {},
    GetObject: ({ Key }: { Key: string }) => {
      if (Key.endsWith('.tflock')) throw new NoSuchKey({ message: 'no', $metadata: {} });
      return { Body: { transformToString: async () => STATE } };
    },
  };
  return { account: anAccount(counted({ ...defaults, ...answers })), calls };
}

/** The build is in progress in the first answer and complete in the next. */
function over() {
  let looks = 0;
  return () => ({
    builds: [{ id: BUILD, buildStatus: looks > 0 ? 'STOPPED' : 'IN_PROGRESS', buildComplete: looks++ > 0 }],
  });
}

describe('cancel', () => {
  test('stops the execution before its build, waits for that, and says what is left', async () => {
    const { account: of, calls } = account();
    const { code, out, err } = await runCli(['cancel', 'provision:p1'], { account: of, typed: 'y\n' });
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        'cancelled    provision:p1',
        `build        ${BUILD} STOPPED`,
        'environment  dev, still held by this execution',
        "resources    2 in Terraform's state",
        'lock         the state is not locked',
        'cost         about $0.09 an hour until it is torn down',
        'go on        npx runbook redrive provision:p1',
        'give up      npx runbook teardown dev',
        '',
      ].join('\n'),
    });
    expect(err).toContain(`Its build ${BUILD} is stopped too`);
    expect(err).toContain('Stop provision:p1 of dev? [y/N] ');
    expect(calls.indexOf('StopExecution')).toBeLessThan(calls.indexOf('StopBuild'));
  });

  test('does not mind that Step Functions has stopped the build before', async () => {
    const refused = () => {
      throw new Error('Build has already completed');
    };
    expect(
      await runCli(['cancel', 'dev', '--yes'], {
        account: account({ StopBuild: refused, BatchGetBuilds: over() }).account,
      }),
    ).toMatchObject({ code: 0, out: expect.stringContaining(`${BUILD} STOPPED`) });
    const running = {
      StopBuild: refused,
      BatchGetBuilds: () => ({ builds: [{ id: BUILD, buildStatus: 'IN_PROGRESS' }] }),
    };
    expect(await runCli(['cancel', 'dev', '--yes'], { account: account(running).account })).toMatchObject({
      code: 2,
      err: 'Build has already completed\n',
    });
  });

  test('names the lock that a killed build holds', async () => {
    const lock = '{"Who":"root@host","Created":"2026-01-31T13:00:00Z","Operation":"OperationTypeApply","ID":"77"}';
    const { account: of } = account({ GetObject: () => ({ Body: { transformToString: async () => lock } }) });
    const { out } = await runCli(['cancel', 'dev', '--yes'], { account: of });
    expect(out).toMatch(
      /^lock +the state is held by root@host since 2026-01-31T13:00:00Z \(OperationTypeApply, lock 77\); the next/m,
    );
    expect(out).toMatch(/^resources +unknown: /m);
  });

  test('has one document for scripts', async () => {
    const { out } = await runCli(['cancel', 'dev', '--yes', '--json'], { account: account().account });
    expect(JSON.parse(out)).toEqual({
      ...{ execution: arn('provision'), build: BUILD, buildStatus: 'STOPPED' },
      ...{ environment: 'dev', status: 'LIVE', resources: "2 in Terraform's state" },
    });
  });

  test.each<[string, string[], Answers, string | undefined, number, string]>([
    ['somebody who says no', ['cancel', 'dev'], {}, 'n\n', 1, 'not cancelled: it continues'],
    [
      'nobody',
      ['cancel', 'dev'],
      {},
      undefined,
      2,
      'this stops provision:p1, and there is no terminal to ask on: add --yes',
    ],
    [
      'an execution that is over',
      ['cancel', 'dev', '--yes'],
      { DescribeExecution: () => ({ status: 'FAILED', stopDate: new Date('2026-01-31T13:00:00Z') }) },
      ...([undefined, 2, 'provision:p1 is over (FAILED, '] as const),
    ],
    [
      'an execution that is not there',
      ['cancel', arn('deploy', 'x'), '--yes'],
      {
        DescribeExecution: () => {
          throw new ExecutionDoesNotExist({ message: 'no', $metadata: {} });
        },
      },
      ...([undefined, 2, `there is no execution ${arn('deploy', 'x')}`] as const),
    ],
  ])('stops nothing for %s', async (_, args, answers, typed, code, message) => {
    const { account: of, calls } = account(answers);
    const ran = await runCli(args, { account: of, ...(typed === undefined ? {} : { typed }) });
    expect(ran.code).toBe(code);
    expect(ran.out + ran.err).toContain(message);
    expect(calls.filter((call) => /^Stop/.test(call))).toEqual([]);
  });
});

const failed = (more: object = {}) => ({
  DescribeExecution: () => ({
    ...{ status: 'FAILED', redriveStatus: 'REDRIVABLE', input: '{"environment":"dev"}' },
    ...more,
  }),
});
const ownedBy = (owner: string) => ({
  GetItem: () => ({ Item: marshall(aRecord({ owner, ownerMachine: 'teardown' }), { removeUndefinedValues: true }) }),
});

describe('redrive', () => {
  test('continues an execution whose environment is still its own', async () => {
    const { account: of, calls } = account(failed());
    expect(await runCli(['redrive', 'provision:p1', '--no-wait'], { account: of })).toMatchObject({
      code: 0,
      out: `${arn('provision')}\n`,
    });
    expect(calls).toContain('RedriveExecution');
  });

  test.each<[string, Answers, string, string?]>([
    ['runs', failed({ status: 'RUNNING' }), 'provision:p1 is running: npx runbook watch provision:p1'],
    ['has succeeded', failed({ status: 'SUCCEEDED' }), 'has succeeded: there is nothing to continue'],
    [
      'would only refuse again',
      failed({ error: 'PlanRefused' }),
      'ended with PlanRefused, and would only refuse again: start a new execution: npx runbook provision dev',
    ],
    [
      'is too old',
      failed({ redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution is older than 14 days' }),
      'AWS does not redrive provision:p1 (Execution is older than 14 days): start a new execution',
    ],
    [
      'has lost its environment',
      { ...failed(), ...ownedBy(arn('teardown', 't1')) },
      `environment "dev" belongs to teardown ${arn('teardown', 't1')} since 2026-01-31T12:00:00Z, and is LIVE, and not to provision:p1 any more: start a new`,
    ],
    [
      'is part of another',
      failed({ input: JSON.stringify({ environment: 'dev', [STARTED_BY]: arn('provision', 'p0') }) }),
      'validate:v1 was started by provision:p0: redrive that one',
      'validate:v1',
    ],
    ...(['validate', 'sweep'] as const).map((machine): [string, Answers, string, string] => [
      `has looked long ago: a ${machine}`,
      { ...failed(), ...ownedBy(arn('teardown', 't1')) },
      `what ${machine}:v1 has looked at may be otherwise by now: start a new execution: npx runbook ${machine} dev`,
      `${machine}:v1`,
    ]),
  ])('refuses one that %s', async (_, answers, message, named = 'provision:p1') => {
    const { account: of, calls } = account(answers);
    expect(await runCli(['redrive', named], { account: of })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    });
    expect(calls).not.toContain('RedriveExecution');
  });

  test('a change of the end owns nothing, and may be continued', async () => {
    const { account: of, calls } = account({ ...failed(), ...ownedBy(arn('teardown', 't1')) });
    await runCli(['redrive', 'extend:v1', '--no-wait'], { account: of });
    expect(calls).toContain('RedriveExecution');
  });
});
