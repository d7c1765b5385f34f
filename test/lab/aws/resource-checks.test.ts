import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DisableRuleCommand, EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateDBInstanceCommand, RDSClient, StopDBInstanceCommand } from '@aws-sdk/client-rds';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventBridgeService } from '../../../lab/eventbridge/eventbridge.ts';
import { Authorizer } from '../../../lab/iam/authorizer.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { lambdaService } from '../../../lab/lambda/lambda.ts';
import { statesService } from '../../../lab/states/states.ts';
import { zip } from '../../../lab/test/support/zip.ts';
import { lookupKey, type ResourceTarget, resourceTargets } from '../../../lambdas/contracts/resource-checks.ts';
import { resourceCheckGrants } from '../../../lib/iam/resource-check-grants.ts';
import { document } from '../../../lib/iam/role.ts';
import { ACCOUNT, aRecord, aRequest, PATTERN, PREFIX } from '../../unit/lambdas/support/fixtures.ts';

/**
 * Each kind looks at a resource that is there, with the permissions that its targets alone give to its role, and notices when the resource is
 * broken. The answers are the emulator's, and the lab's own.
 */

const before = { ...process.env };
const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
let lab: Lab;
let cloudwatch: CloudWatchClient;
let dynamodb: DynamoDBClient;
let events: EventBridgeClient;
let lambda: LambdaClient;
let rds: RDSClient;
let sfn: SFNClient;
let sqs: SQSClient;
const QueueUrl = () => `${lab.endpoint}/${ACCOUNT}/${PREFIX}-work`;
const machine = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:${PREFIX}-flow`;
const NAMED = (what: string) => `${PREFIX}-${what}`;

const targets = resourceTargets.parse([
  { kind: 'alarms' },
  { kind: 'lambda', invoke: { payload: { n: 1 }, json: [{ path: 'n', equals: 2 }] } },
  { kind: 'sqs' },
  { kind: 'dynamodb', pointInTimeRecovery: false },
  { kind: 'rds' },
  { kind: 'step-functions', atLeast: 1 },
  { kind: 'eventbridge-rule' },
]);
const idOf: Record<string, () => string> = {
  alarms: () => NAMED('high'),
  lambda: () => NAMED('api'),
  sqs: QueueUrl,
  dynamodb: () => NAMED('register'),
  rds: () => NAMED('db'),
  'step-functions': () => machine,
  'eventbridge-rule': () => NAMED('nightly'),
};

/** A role that may do what these targets need. */
async function roleFor(name: string, of: readonly ResourceTarget[], namePattern = PATTERN): Promise<string> {
  const iam = new IAMClient(lab.context.client);
  const stack = new Stack(new App(), 'S', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  const policy = stack.resolve(document(resourceCheckGrants(stack, of, namePattern)));
  const PolicyDocument = JSON.stringify(policy).replaceAll('{"Ref":"AWS::Partition"}', '"aws"');
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: flat(PolicyDocument) }));
  return Role?.Arn ?? '';
}

/** Without the joins that CloudFormation would make. */
function flat(policy: string): string {
  return JSON.stringify(JSON.parse(policy), (_, value: { 'Fn::Join'?: [string, string[]] }) =>
    value?.['Fn::Join'] ? value['Fn::Join'][1].join(value['Fn::Join'][0]) : value,
  );
}

beforeAll(async () => {
  lab = await startLab({
    services: [
      (context) => new Authorizer(context),
      (context) => lambdaService(context),
      (context) => statesService(context),
      (context) => eventBridgeService(context),
    ],
  });
  const { client } = lab.context;
  [cloudwatch, dynamodb, events] = [
    new CloudWatchClient(client),
    new DynamoDBClient(client),
    new EventBridgeClient(client),
  ];
  lambda = new LambdaClient(client);
  [rds, sfn, sqs] = [new RDSClient(client), new SFNClient(client), new SQSClient(client)];
  await makeAll();
  const credentials = lab.context.credentials.issue(await roleFor('check', targets), 'check');
  Object.assign(process.env, lab.environment, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    WAIT_SECONDS: '0',
    CHECK: 'resources',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
}, 120_000);
afterAll(async () => {
  process.env = before;
  await lab?.stop();
});

async function makeAll(): Promise<void> {
  const { Role } = await new IAMClient(lab.context.client).send(
    new CreateRoleCommand({ RoleName: 'made', AssumeRolePolicyDocument: trust }),
  );
  const role = Role?.Arn ?? '';
  const alarm = { AlarmName: NAMED('high'), ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 } as const;
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...alarm,
      Namespace: 'x',
      MetricName: 'y',
      Period: 60,
      Statistic: 'Sum',
      Threshold: 1,
    }),
  );
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: NAMED('high'), StateValue: 'OK', StateReason: 'well' }));
  await lambda.send(
    new CreateFunctionCommand({
      ...{ FunctionName: NAMED('api'), Runtime: 'nodejs24.x', Role: role, Handler: 'index.handler', Timeout: 10 },
      Code: {
        ZipFile: zip({
          'index.mjs': `let bad = false; export const handler = async ({ n, broken }) => {
            bad = broken ?? bad; if (bad) throw new Error('no table'); return { n: n + 1 }; };`,
        }),
      },
    }),
  );
  await sqs.send(new CreateQueueCommand({ QueueName: NAMED('work') }));
  await dynamodb.send(
    new CreateTableCommand({
      ...{ TableName: NAMED('register'), BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await rds.send(
    new CreateDBInstanceCommand({
      ...{ DBInstanceIdentifier: NAMED('db'), DBInstanceClass: 'db.t4g.micro', Engine: 'postgres' },
      ...{ MasterUsername: 'root', MasterUserPassword: 'not-a-secret', AllocatedStorage: 20 },
    }),
  );
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'End',
    States: {
      End: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.bad %}', Next: 'Bad' }], Default: 'Good' },
      Bad: { Type: 'Fail' },
      Good: { Type: 'Succeed' },
    },
  };
  await sfn.send(
    new CreateStateMachineCommand({ name: NAMED('flow'), roleArn: role, definition: JSON.stringify(definition) }),
  );
  await run({ bad: false });
  await events.send(new PutRuleCommand({ Name: NAMED('nightly'), ScheduleExpression: 'rate(1 day)' }));
  const target = { Id: 't', Arn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:${NAMED('work')}` };
  await events.send(new PutTargetsCommand({ Rule: NAMED('nightly'), Targets: [target] }));
}

async function run(input: object): Promise<void> {
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(input) }),
  );
  const status = async () => (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
  await vi.waitFor(async () => expect(await status()).not.toBe('RUNNING'), { timeout: 20_000, interval: 200 });
}

interface Result {
  status: string;
  observed: string;
  evidence: { resources: { kind: string; status: string; seen: string[] }[] };
}

/** Looks as a function of these targets does. A function reads its variables and its credentials once. @returns by kind, what is not well */
async function look(only = targets) {
  process.env.TARGETS = JSON.stringify(only);
  vi.resetModules();
  const { handler } = await import('../../../lambdas/handlers/check-resources.ts');
  const resolved = only.map((target) => [
    lookupKey(target),
    [{ address: 'x.x', type: 'x', id: idOf[target.kind]?.() ?? '' }],
  ]);
  const record = aRecord({ targets: Object.fromEntries(resolved) });
  const event = { request: aRequest({ machine: 'validate', record }), since: '2026-01-01T00:00:00Z' };
  const { status, observed, evidence } = (await handler(event, {
    getRemainingTimeInMillis: () => 60_000,
  })) as unknown as Result;
  const bad = evidence.resources.filter((one) => one.status !== 'passed');
  return { status, observed, bad: bad.map(({ kind, status: each }) => `${kind} ${each}`) };
}

test('all kinds pass, with what their targets need and no more', async () => {
  expect(await look()).toMatchObject({ status: 'passed', bad: [] });
});

const NO_CONCURRENCY = { FunctionName: NAMED('api'), ReservedConcurrentExecutions: 0 };
const allowAgain = () => lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: NAMED('api') }));

describe('a resource that is broken is noticed, and no other', () => {
  const broken: [
    kind: string,
    breaks: () => Promise<unknown>,
    mend: (() => Promise<unknown>) | undefined,
    status: string,
  ][] = [
    ['alarms', () => setAlarm('ALARM'), () => setAlarm('OK'), 'not-ready'],
    ['alarms', () => setAlarm('INSUFFICIENT_DATA'), () => setAlarm('OK'), 'unread'],
    ['lambda', () => lambda.send(new PutFunctionConcurrencyCommand(NO_CONCURRENCY)), allowAgain, 'failed'],
    ['rds', () => rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: NAMED('db') })), undefined, 'failed'],
    ['eventbridge-rule', () => events.send(new DisableRuleCommand({ Name: NAMED('nightly') })), undefined, 'failed'],
    ['step-functions', () => run({ bad: true }), undefined, 'not-ready'],
    ['dynamodb', () => dynamodb.send(new DeleteTableCommand({ TableName: NAMED('register') })), undefined, 'failed'],
    ['sqs', () => sqs.send(new SendMessageCommand({ QueueUrl: QueueUrl(), MessageBody: 'x' })), undefined, 'not-ready'],
  ];
  const gone = new Set<string>();
  test.each(broken)('%s', async (kind, breaks, mend, status) => {
    const rest = targets.filter((target) => !gone.has(target.kind));
    await breaks();
    const found = await look(rest);
    expect(found.bad).toEqual([`${kind} ${status}`]);
    expect(found.status).toBe(status === 'unread' ? 'unknown' : 'failed');
    if (mend) await mend();
    else gone.add(kind);
  });

  test('a function that throws', async () => {
    const lambda = targets.filter(({ kind }) => kind === 'lambda');
    const throwing = resourceTargets.parse([{ kind: 'lambda', invoke: { payload: { broken: true } } }]);
    expect(await look(lambda)).toMatchObject({ status: 'passed' });
    expect(await look(throwing)).toMatchObject({ status: 'failed', observed: expect.stringContaining('no table') });
  });
});

const setAlarm = (StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA') =>
  cloudwatch.send(new SetAlarmStateCommand({ AlarmName: NAMED('high'), StateValue, StateReason: 'said so' }));

/** CloudWatch takes no narrower right. */
const byName = targets.filter(({ kind }) => kind !== 'alarms');

test('what a role of another name pattern asks for is denied, and unknown', async () => {
  const credentials = lab.context.credentials.issue(await roleFor('other', targets, 'other-{environment}'), 'other');
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = credentials.sessionToken;
  const { status, bad } = await look(byName);
  expect(status).toBe('unknown');
  expect(bad).toEqual(byName.map(({ kind }) => `${kind} unknown`));
}, 60_000);
