import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { controlBucketName, ENVIRONMENTS_TABLE } from '../../lambdas/contracts/deployed-names.ts';
import { aRecord } from '../unit/lambdas/support/fixtures.ts';

/**
 * The operator's commands run against small machines of the same names. The tests check what they start, print, and end
 * with.
 */

const CLI = resolve(import.meta.dirname, '../../bin/runbook.js');
let lab: Lab;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  lab = await startLab();
  const { client, accountId, region } = lab.context;
  const sfn = new SFNClient(client);
  const machine = (name: string, last: object) =>
    sfn.send(
      new CreateStateMachineCommand({
        name: `runbook-${name}`,
        roleArn: `arn:aws:iam::${accountId}:role/any`,
        definition: JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: 'Look',
          States: { Look: { Type: 'Pass', Next: 'End' }, End: last },
        }),
      }),
    );
  await machine('validate', { Type: 'Succeed', Output: { got: '{% $states.input %}' } });
  await machine('deploy', { Type: 'Wait', Seconds: 3_600, End: true });
  await machine('extend', { Type: 'Fail', Error: 'InputError', Cause: 'hours 9: too many' });
  await machine('teardown', { Type: 'Fail', Error: 'Leftovers', Cause: '1 left: sqs queue x' });
  const dynamodb = new DynamoDBClient(client);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: ENVIRONMENTS_TABLE,
      AttributeDefinitions: [{ AttributeName: 'environment', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'environment', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const lastValidation = { verdict: 'PASSED', at: '2026-01-31T13:25:00Z', execution: 'arn:x', report: 'a/report.json' };
  const record = aRecord({ lastValidation: lastValidation as never });
  await dynamodb.send(new PutItemCommand({ TableName: ENVIRONMENTS_TABLE, Item: marshall(record) }));
  const logs = new CloudWatchLogsClient(client);
  const write = async (logGroupName: string, ...messages: string[]) => {
    const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents }));
  };
  await write('/ecs/order-platform-dev-v3/api', 'one', 'two');
  const line = (environment: string) =>
    JSON.stringify({ level: 'INFO', message: `looked at ${environment}`, environment });
  await write('/aws/lambda/runbook-check-backend', line('dev'), line('demo'), line('dev'));
  const s3 = new S3Client(client);
  const Bucket = controlBucketName(accountId, region);
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a/report.html', Body: '<p>all is well</p>' }));
});

afterAll(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

function runbook(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, ...lab.environment };
  return new Promise((done) => {
    execFile(process.execPath, [CLI, ...args], { env, cwd: folder }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test('an execution is started with what was asked for, followed, and its end is the exit code', async () => {
  const validated = await runbook('validate', 'dev', '--check', 'backend', 'e2e-order', '--orders', '5');
  expect(validated).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/validate +started .*\n.*validate +SUCCEEDED/),
  });
  const torn = await runbook('teardown', 'dev', '--plan', '--json');
  expect({ ...torn, out: JSON.parse(torn.out) }).toMatchObject({
    code: 1,
    out: { status: 'FAILED', error: 'Leftovers', cause: '1 left: sqs queue x' },
  });
});

test('a teardown asks first: a script has to say --yes, and nothing is started without it', async () => {
  const sfn = new SFNClient(lab.context.client);
  const { accountId, region } = lab.context;
  const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:runbook-teardown`;
  const started = async () => (await sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions?.length;
  const before = await started();
  expect(await runbook('teardown', 'dev')).toMatchObject({
    code: 2,
    out: '',
    err: 'a teardown destroys "dev", and there is no terminal to ask on: add --yes\n',
  });
  expect(await started()).toBe(before);
  expect(await runbook('teardown', 'dev', '--yes', '--no-wait')).toMatchObject({ code: 0, err: '' });
  expect(await started()).toBe(Number(before) + 1);
});

test('what is asked for reaches the machine, and nothing else does', async () => {
  const { out } = await runbook('validate', 'dev', '--check', 'backend', '--orders', '5', '--json');
  expect(JSON.parse(out)).toMatchObject({
    status: 'SUCCEEDED',
    output: { got: { environment: 'dev', checks: ['backend'], orders: 5 } },
  });
});

test('nobody has to wait, and may watch later', async () => {
  const { out } = await runbook('validate', 'dev', '--no-wait');
  expect(out).toMatch(/^arn:aws:states:eu-west-1:\d{12}:execution:runbook-validate:\S+\n$/);
  expect(await runbook('watch', out.trim())).toMatchObject({ code: 0, out: expect.stringContaining('SUCCEEDED') });
});

test('what is there is printed for people and for scripts', async () => {
  expect((await runbook('status')).out).toMatch(/^ENVIRONMENT .*\ndev +LIVE .*PASSED/);
  expect(JSON.parse((await runbook('status', 'dev', '--json')).out)).toMatchObject({ environment: 'dev', fencing: 3 });
});

test('the runs of all machines that there are, the newest first', async () => {
  const { out: arn } = await runbook('validate', 'dev', '--no-wait');
  expect(await runbook('watch', arn.trim())).toMatchObject({ code: 0 });
  const { code, out } = await runbook('history', 'dev', '--json', '--limit', '2');
  const runs = JSON.parse(out) as { execution: string; startedAt: string }[];
  expect({ code, first: runs[0] }).toMatchObject({
    code: 0,
    first: { execution: arn.trim(), machine: 'validate', environment: 'dev', status: 'SUCCEEDED' },
  });
  expect((await runbook('history', '--limit', '1')).out).toContain(`validate:${arn.trim().split(':').at(-1)}`);
});

test.each([
  [
    ['--service', 'api'],
    ['one', 'two'],
  ],
  [
    ['--check', 'backend'],
    ['looked at dev', 'looked at dev'],
  ],
])('a log %j has the lines of the environment alone', async (of, wanted) => {
  const { code, out } = await runbook('logs', 'dev', ...of, '--json');
  const messages = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message);
  expect({ code, messages }).toEqual({ code: 0, messages: wanted.map((text) => expect.stringContaining(text)) });
});

test('an execution is cancelled by its short name, and only its owner may go on', async () => {
  const { out } = await runbook('deploy', 'dev', '--no-wait');
  const short = `deploy:${out.trim().split(':').at(-1)}`;
  expect(await runbook('cancel', short)).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
  const cancelled = await runbook('cancel', short, '--yes', '--reason', 'a test');
  expect(cancelled).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^cancelled +deploy:.*\nenvironment +dev, held by /),
  });
  expect(await runbook('watch', short)).toMatchObject({ code: 1, out: expect.stringContaining('Cancelled: a test') });
  expect(await runbook('cancel', short, '--yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('is over (ABORTED'),
  });
  expect(await runbook('redrive', short)).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^environment "dev" belongs to provision arn.*start a new execution: npx runbook deploy dev\n$/,
    ),
  });
});

test('an execution that owns no environment is redriven, and followed', async () => {
  const { out } = await runbook('extend', 'dev', '--hours', '9h', '--reason', 'x', '--no-wait');
  const short = `extend:${out.trim().split(':').at(-1)}`;
  expect(await runbook('watch', short)).toMatchObject({ code: 1 });
  expect(await runbook('redrive', short)).toMatchObject({
    code: 1,
    out: expect.stringMatching(/redriven.*hours 9: too many/s),
  });
});

test('a report is saved under the name of its environment', async () => {
  const { code, out } = await runbook('report', 'dev');
  expect({ code, out: out.trim() }).toEqual({ code: 0, out: join(folder, 'dev-validation.html') });
  expect(await readFile(join(folder, 'dev-validation.html'), 'utf8')).toBe('<p>all is well</p>');
});

test('the doctor names what is not deployed, and how to mend it', async () => {
  const { code, out } = await runbook('doctor', '--json');
  const { aws } = JSON.parse(out) as { aws: { name: string; status: string; fix?: string }[] };
  const diagnosis = (of: string) => aws.find(({ name }) => name === of);
  expect(code).toBe(1);
  expect(diagnosis('machine validate')).toMatchObject({ status: 'ok' });
  expect(diagnosis('VPCs')).toMatchObject({ status: 'ok', detail: '1 of 5 in use, an environment takes 1' });
  // The emulator has the quotas of VPC only.
  expect(diagnosis('database instances')).toMatchObject({ status: 'unknown' });
  // This also works before the first deploy: a new account reaches this quota first.
  expect(diagnosis('CodeBuild concurrent builds')).toMatchObject({ status: 'ok' });
  expect(diagnosis('notifications')).toMatchObject({ status: 'failed', detail: 'not there' });
  expect(diagnosis('machine sweep')).toMatchObject({
    status: 'failed',
    detail: 'not there',
    fix: 'npx cdk bootstrap && npx cdk deploy',
  });
});

test.each([
  [['validate', 'Dev'], /environment "Dev": must be 2 to 21 characters/],
  [['validate', 'dev', '--orders', 'many'], /'many' is invalid. must be a whole number/],
  // The deployed stack has the list of checks.
  [['validate', 'dev', '--check', 'No pe'], /--check "No pe": must be lower-case words with hyphens/],
  [['provision', 'dev'], /no machine "provision" in account \d{12}, eu-west-1: deploy with "npx cdk deploy"/],
  [['status', 'nope'], /environment "nope" is not known here/],
  [['report', 'dev', '--of', 'sweep'], /has no sweep yet: npx runbook sweep dev/],
  [['approve', 'dev'], /no plan that waits for approval/],
  [['nonsense'], /unknown command 'nonsense'/],
])('%j cannot be carried out', async (args, message) => {
  expect(await runbook(...args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
});

test('the control bucket is emptied once every environment is gone, so that CloudFormation can delete it', async () => {
  const { client, accountId, region } = lab.context;
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const Bucket = controlBucketName(accountId, region);
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const Body of ['one', 'two']) await s3.send(new PutObjectCommand({ Bucket, Key: 'twice', Body }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'twice' }));
  const isKept = () => expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toThrow(/not empty/i);

  expect(await runbook('empty-control-bucket', '--yes')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/describes what is there of dev \(LIVE\): tear it down first/),
  });
  await isKept();
  const record = aRecord({ status: 'GONE' });
  await new DynamoDBClient(client).send(new PutItemCommand({ TableName: ENVIRONMENTS_TABLE, Item: marshall(record) }));
  expect(await runbook('empty-control-bucket')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/there is no terminal to ask on: add --yes/),
  });
  await isKept();
  expect(await runbook('empty-control-bucket', '--yes')).toMatchObject({ code: 0, out: '4 versions are deleted.\n' });
  await s3.send(new DeleteBucketCommand({ Bucket }));
});
