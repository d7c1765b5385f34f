import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  ListBuildsCommand,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runKeys } from '../../lambdas/contracts/naming.ts';
import { TERRAFORM_PROJECT } from '../../lib/names.ts';
import { Account, messageOf, outputOf } from './support.ts';

/**
 * The test is a life of another product, in an account as AWS creates them, which runs one build at a time: it has
 * other outputs, some of the checks and one of its own. The tests depend on each other.
 */

const ENVIRONMENT = 'life';
const PREFIX = `document-intake-${ENVIRONMENT}`;
const DOCUMENTS = `${PREFIX}-documents-123456789012`;
let account: Account;
let s3: S3Client;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;
let codebuild: CodeBuildClient;

beforeAll(async () => {
  vi.stubEnv('LAB_CONCURRENT_BUILDS', '1');
  account = await Account.open({ config: 'test/lifecycle/document-intake/config.ts', settleSeconds: 5 });
  const { client } = account.lab.context;
  s3 = new S3Client({ ...client, forcePathStyle: true });
  sqs = new SQSClient(client);
  dynamodb = new DynamoDBClient(client);
  codebuild = new CodeBuildClient(client);
});
afterAll(async () => {
  for (const client of [s3, sqs, dynamodb, codebuild]) client?.destroy();
  await account?.close();
  vi.unstubAllEnvs();
});

async function stored(key: string): Promise<string> {
  const Key = key.replace(/^s3:\/\/[^/]+\//, '');
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: account.deployment.controlBucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

test('provisions another product, and looks at it with its custom check too', async () => {
  const end = await account.run('provision', { environment: ENVIRONMENT, ttlHours: 1 });
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  expect(end.checks.map(({ check, status }) => `${check} ${status}`).sort()).toEqual([
    'backend passed',
    'document-intake passed',
    'sqs-backlog passed',
  ]);
  const { outputs, lastValidation } = await account.record(ENVIRONMENT);
  expect(outputs).toEqual({
    application_url: `https://eu-west-1.console.aws.amazon.com/s3/buckets/${DOCUMENTS}`,
    documents_bucket: DOCUMENTS,
    order_events_queue_url: expect.stringMatching(new RegExp(`/${PREFIX}-work$`)),
    order_events_dlq_url: expect.stringMatching(new RegExp(`/${PREFIX}-rejected$`)),
    register_table: `${PREFIX}-register`,
    work_queue_url: expect.stringMatching(new RegExp(`/${PREFIX}-work$`)),
  });
  const page = await stored(lastValidation?.report.replace(/json$/, 'html') ?? '');
  expect(page).toMatch(/<h3>Document intake<\/h3>.*Announced after ms/s);
  expect(page).not.toContain('ECS');
});

/** Another owner's build takes the account's only place until it is stopped. */
async function otherBuild(): Promise<string> {
  const { build } = await codebuild.send(
    new StartBuildCommand({
      projectName: TERRAFORM_PROJECT,
      sourceTypeOverride: 'NO_SOURCE',
      buildspecOverride: "version: 0.2\nphases: { build: { commands: ['sleep 600'] } }",
    }),
  );
  return build?.id ?? '';
}

/** Returns the number of builds that have waited for a place for more than a second. */
async function queuedNow(): Promise<number> {
  const { ids = [] } = await codebuild.send(new ListBuildsCommand({}));
  const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
  const isWaiting = ({ currentPhase, startTime }: Build) =>
    currentPhase === 'QUEUED' && Date.now() - (startTime?.getTime() ?? 0) > 1_500;
  return builds.filter(isWaiting).length;
}

/** Returns the time for which each build of the account had a place: it begins at the end of its queue. */
async function buildTimes(): Promise<Array<{ id: string; from: number; to: number; queuedMs: number }>> {
  const { ids = [] } = await codebuild.send(new ListBuildsCommand({}));
  const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
  return builds
    .map(({ id = '', startTime, endTime, phases = [] }) => {
      const queued = phases.find(({ phaseType }) => phaseType === 'QUEUED');
      const from = (queued?.endTime ?? startTime)?.getTime() ?? 0;
      return { id, from, to: endTime?.getTime() ?? 0, queuedMs: from - (startTime?.getTime() ?? 0) };
    })
    .sort((one, other) => one.from - other.from);
}

test('has no images, and so nothing to deploy', async () => {
  const end = await account.run('deploy', { environment: ENVIRONMENT });
  expect(end).toMatchObject({ status: 'FAILED', error: 'InputError' });
  expect(messageOf(end)).toContain('nothing to deploy');
});

test('knows the checks that it has, and no other', async () => {
  const end = await account.run('validate', { environment: ENVIRONMENT, checks: ['ecs-services'] });
  expect(messageOf(end)).toContain('must be one of backend, sqs-backlog, document-intake');
});

test('fails when its documents are not announced, which its custom check alone can notice, until that is mended', async () => {
  const none = { Bucket: DOCUMENTS, NotificationConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand(none));
  const broken = await account.run('validate', { environment: ENVIRONMENT });
  expect(broken).toMatchObject({ status: 'FAILED', error: 'ValidationFailed' });
  expect(broken.checks.filter(({ status }) => status !== 'passed')).toEqual([
    expect.objectContaining({ check: 'document-intake', status: 'failed', observed: 'not announced within 10 s' }),
  ]);
  expect(broken.cause).toContain('failed: document-intake (not announced');

  const other = await otherBuild();
  const provision = await account.start('provision', { environment: ENVIRONMENT });
  await vi.waitFor(async () => expect(await queuedNow()).toBe(1), { timeout: 120_000, interval: 500 });
  await codebuild.send(new StopBuildCommand({ id: other }));
  const mended = await account.end(provision);
  const times = await buildTimes();
  expect(times[times.findIndex(({ id }) => id === other) + 1]?.queuedMs).toBeGreaterThan(1_000);
  expect(mended).toMatchObject({ status: 'SUCCEEDED' });
  // Besides, everything gets the tags of its new owner.
  expect(outputOf(mended).plan).toMatchObject({ add: 0, destroy: 0 });
});

test('destroys all but what somebody has protected, and says at once who may delete that', async () => {
  const protect = (DeletionProtectionEnabled: boolean) =>
    dynamodb.send(new UpdateTableCommand({ TableName: `${PREFIX}-register`, DeletionProtectionEnabled }));
  await protect(true);
  const end = await account.run('teardown', { environment: ENVIRONMENT });
  await protect(false);
  expect(end.status).toBe('FAILED');
  expect(end.cause).toMatch(
    /the destroy does not go on: \d resources? are left.*aws_dynamodb_table\.register \(document-intake-life-register\): only a person may let it be deleted\. Next: aws dynamodb update-table --no-deletion-protection-enabled --table-name document-intake-life-register/,
  );
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: PREFIX }));
  expect(QueueUrls).toEqual([]);
});

test('tears down what Terraform made and what it did not, and proves that nothing is left', async () => {
  const tags = { project: 'document-intake', environment: ENVIRONMENT };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await sqs.send(new CreateQueueCommand({ QueueName: `${PREFIX}-forgotten`, tags }));
  await s3.send(new CreateBucketCommand({ Bucket: `${PREFIX}-forgotten` }));
  const bucketTags = { Bucket: `${PREFIX}-forgotten`, Tagging: { TagSet: Tags } };
  await s3.send(new PutBucketTaggingCommand(bucketTags));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: `${PREFIX}-forgotten`,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Tags,
    }),
  );
  const { run } = await account.record(ENVIRONMENT);

  const end = await account.run('teardown', { environment: ENVIRONMENT });
  expect(end).toMatchObject({ status: 'SUCCEEDED', sweep: { verdict: 'CLEAN', leftovers: [], unknown: [] } });
  const { removed } = JSON.parse(await stored(runKeys(ENVIRONMENT, run).unmanaged)) as { removed: { type: string }[] };
  expect(removed.map(({ type }) => type).sort()).toEqual(['bucket', 'queue', 'table']);
  const inventory = JSON.parse(await stored(runKeys(ENVIRONMENT, run).inventory)) as { type: string }[];
  expect(new Set(inventory.map(({ type }) => type))).toEqual(
    new Set([
      'aws_dynamodb_table',
      'aws_s3_bucket',
      'aws_s3_bucket_notification',
      'aws_s3_bucket_public_access_block',
      'aws_sqs_queue',
    ]),
  );
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({ Prefix: PREFIX }));
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: PREFIX }));
  const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
  expect([...Buckets, ...QueueUrls, ...TableNames.filter((name) => name.startsWith(PREFIX))]).toEqual([]);
});

test('ran one build at a time', async () => {
  const times = await buildTimes();
  expect(times.length).toBeGreaterThan(6);
  for (const [index, { from }] of times.entries()) expect(from).toBeGreaterThanOrEqual(times[index - 1]?.to ?? 0);
});
