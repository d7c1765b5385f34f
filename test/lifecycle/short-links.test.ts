import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteRolePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servicesWithIam } from '../../lab/services.ts';
import { runKeys } from '../../lambdas/contracts/naming.ts';
import { CrashPoints } from './crash/crash-points.ts';
import { Cut } from './crash/cut.ts';
import { Account } from './support.ts';

/**
 * A life of an HTTP API of one function and one table, with a role that Lambda takes on. The tests build on each other,
 * except those of other environments whose provisions are cut short.
 */

const ENVIRONMENT = 'life';
const prefixOf = (environment: string) => `short-links-${environment}-v1`;
const PREFIX = prefixOf(ENVIRONMENT);
let account: Account;
let cut: Cut;
let dynamodb: DynamoDBClient;
let iam: IAMClient;
let lambda: LambdaClient;
let logs: CloudWatchLogsClient;
let s3: S3Client;

beforeAll(async () => {
  const points = new CrashPoints();
  account = await Account.open({
    services: [...servicesWithIam, () => points],
    config: 'test/lifecycle/short-links/config.ts',
    settleSeconds: 5,
  });
  cut = new Cut(account, points, prefixOf);
  const { client } = account.lab.context;
  dynamodb = new DynamoDBClient(client);
  iam = new IAMClient(client);
  lambda = new LambdaClient(client);
  logs = new CloudWatchLogsClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
});
afterAll(async () => {
  for (const client of [dynamodb, iam, lambda, logs, s3]) client?.destroy();
  // What the third test takes away from the function.
  await account?.close(/^\S*short-links-life-v1-api was denied (dynamodb|logs):/);
});

const checksOf = (checks: readonly { check: string; status: string }[]) =>
  checks.map(({ check, status }) => `${check} ${status}`).sort();

test('provisions the API, and follows a link by a signed request', async () => {
  const end = await account.run('provision', { environment: ENVIRONMENT, ttlHours: 1 });
  expect(end, end.cause).toMatchObject({ status: 'SUCCEEDED' });
  expect(checksOf(end.checks)).toEqual(['backend passed', 'short-links passed']);
  const { outputs } = await account.record(ENVIRONMENT);
  const address = expect.stringMatching(/^https:\/\/\w+\.lambda-url\.eu-west-1\.on\.aws\/$/);
  expect(outputs).toEqual({ api_url: address, application_url: address });
  const { Count } = await dynamodb.send(new ScanCommand({ TableName: `${PREFIX}-links` }));
  expect(Count).toBe(0);
});

test('writes what the function logs into the group that Terraform made', async () => {
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/short' }));
  expect(logGroups).toMatchObject([{ logGroupName: `/aws/lambda/${PREFIX}-api`, retentionInDays: 7 }]);
  expect(logGroups[0]?.storedBytes).toBeGreaterThan(0);
});

test('a preview shows what was changed by hand, and changes nothing', async () => {
  const stateOf = async () => {
    const Bucket = `${PREFIX}-tfstate-${account.lab.context.accountId}`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'stack/terraform.tfstate' }));
    return Body?.transformToString();
  };
  const before = { record: await account.record(ENVIRONMENT), state: await stateOf() };
  expect(await account.cli('plan', ENVIRONMENT, '--json', '--exit-code')).toMatchObject({
    code: 0,
    said: { changes: [] },
  });

  const logGroupName = `/aws/lambda/${PREFIX}-api`;
  const keepFor = (retentionInDays: number) =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  await keepFor(30);
  const attributes = [{ name: 'retention_in_days', before: '30', after: '7' }];
  expect(await account.cli('plan', ENVIRONMENT, '--json', '--exit-code')).toMatchObject({
    code: 1,
    said: { changes: [{ address: expect.stringContaining('aws_cloudwatch_log_group'), action: 'change', attributes }] },
  });
  await keepFor(7);
  expect({ record: await account.record(ENVIRONMENT), state: await stateOf() }).toEqual(before);
});

test('fails when the function may not reach its table', async () => {
  await iam.send(new DeleteRolePolicyCommand({ RoleName: `${PREFIX}-api`, PolicyName: 'api' }));
  const broken = await account.run('validate', { environment: ENVIRONMENT });
  expect(broken).toMatchObject({ status: 'FAILED', error: 'ValidationFailed' });
  expect(checksOf(broken.checks)).toEqual(['backend passed', 'short-links failed']);
  expect(broken.cause).toContain('POST /links answered 502');
});

test('tears down what Terraform made and what it did not, and proves that nothing is left', async () => {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: `${PREFIX}-forgotten`,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Tags: Object.entries({ project: 'short-links', environment: ENVIRONMENT }).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  );
  const { run } = await account.record(ENVIRONMENT);
  const end = await account.run('teardown', { environment: ENVIRONMENT });
  expect(end).toMatchObject({ status: 'SUCCEEDED', sweep: { verdict: 'CLEAN', leftovers: [], unknown: [] } });

  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: account.deployment.controlBucket, Key: runKeys(ENVIRONMENT, run).inventory }),
  );
  const inventory = JSON.parse((await Body?.transformToString()) ?? '') as { type: string }[];
  expect(new Set(inventory.map(({ type }) => type))).toEqual(
    new Set(
      [
        'cloudwatch_log_group',
        'dynamodb_table',
        'iam_role',
        'iam_role_policy',
        'lambda_function',
        'lambda_function_url',
      ].map((type) => `aws_${type}`),
    ),
  );
  const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  const left = [
    ...TableNames,
    ...Functions.map(({ FunctionName }) => FunctionName),
    ...Roles.map(({ RoleName }) => RoleName),
    ...logGroups.map(({ logGroupName }) => logGroupName),
  ];
  expect(left.filter((name) => name?.includes(PREFIX))).toEqual([]);
});

describe.concurrent('leaves nothing of an environment whose', () => {
  test('provision is stopped in the middle of its apply', async () => {
    expect(await cut.stoppedAt('cut', 'CreateTable', `${prefixOf('cut')}-links`)).toBe('ABORTED');
    await cut.tornDown('cut');
  });

  test('build is killed in its bootstrap', async () => {
    await cut.killedAt('provision', 'boot', `PUT ${cut.stateOf('boot')}`);
    expect(await cut.tornDown('boot')).toMatchObject({ status: 'GONE', destroyed: 0 });
  });

  test('build cannot write the state of what it has made', async () => {
    await cut.refusedAt('mute', `PUT ${cut.stateOf('mute', 'stack/terraform.tfstate')}`);
    expect(await cut.tornDown('mute')).toMatchObject({ status: 'GONE', unmanaged: 0 });
  });
});
