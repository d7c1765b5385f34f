import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import * as ecs from '../../../lambdas/aws/ecs.ts';
import { taggedImage } from '../../../lambdas/aws/images.ts';
import { describeLockTable } from '../../../lambdas/aws/lock-table.ts';
import * as logs from '../../../lambdas/aws/logs.ts';
import { copyObject, objectExists, readText, writeHtml, writeJson } from '../../../lambdas/aws/objects.ts';
import { queueCounts } from '../../../lambdas/aws/queues.ts';
import * as stateBucket from '../../../lambdas/aws/state-bucket.ts';
import * as targetGroups from '../../../lambdas/aws/target-groups.ts';
import { ACCOUNT } from '../../unit/lambdas/support/fixtures.ts';

const lab = useLab();
const LocationConstraint = 'eu-west-1';

describe('queues', () => {
  test('are counted whole, and a missing one is not an empty one', async () => {
    const sqs = new SQSClient(lab.context.client);
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    expect(await queueCounts(QueueUrl)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    for (const DelaySeconds of [0, 0, 60]) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds }));
    }
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }));
    expect(await queueCounts(QueueUrl)).toEqual({ visible: 1, inFlight: 1, delayed: 1 });
    expect(await queueCounts(`${QueueUrl}-gone`)).toBeUndefined();
  });
});

describe('images', () => {
  const manifest = (text: string) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      text,
      layers: [],
    });

  test('are found by tag, and each kind of absence is distinguished', async () => {
    const ecr = new ECRClient(lab.context.client);
    const repositoryName = 'orders-api';
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    for (const [imageTag, text] of [
      ['abcdef1', 'new'],
      ['api-main', 'old'],
    ] as const) {
      await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest: manifest(text) }));
    }
    const [commit, stable] = [
      await taggedImage(repositoryName, 'abcdef1'),
      await taggedImage(repositoryName, 'api-main'),
    ];
    expect(commit).toEqual({ kind: 'found', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(stable).toMatchObject({ kind: 'found' });
    expect(stable).not.toEqual(commit);
    expect(await taggedImage(repositoryName, 'abcdef')).toEqual({ kind: 'no-image' });
    expect(await taggedImage('nowhere', 'abcdef1')).toEqual({ kind: 'no-repository' });
  });
});

describe('logs', () => {
  const group = '/ecs/x/worker';

  beforeAll(async () => {
    const client = new CloudWatchLogsClient(lab.context.client);
    await client.send(new CreateLogGroupCommand({ logGroupName: `${group}-other` }));
    await client.send(new CreateLogGroupCommand({ logGroupName: group }));
    for (const logStreamName of ['worker/1', 'worker/2']) {
      await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName }));
      const logEvents = Array.from({ length: 60 }, (_, index) => ({
        timestamp: Date.now() - 60_000 + index,
        message: `line ${index} of ${logStreamName}`,
      }));
      await client.send(new PutLogEventsCommand({ logGroupName: group, logStreamName, logEvents }));
    }
  });

  test('exist by their whole name', async () => {
    expect(await logs.logGroupExists(group)).toBe(true);
    expect(await logs.logGroupExists('/ecs/x')).toBe(false);
    expect((await logs.newestStreams(group, 5)).sort()).toEqual(['worker/1', 'worker/2']);
  });

  test('are read from a time on, by a phrase, over all streams', async () => {
    const since = Date.now() - 3_600_000;
    const all = await logs.findLines({ group, since });
    expect(all).toMatchObject({ incomplete: false, lines: expect.objectContaining({ length: 120 }) });
    const some = await logs.findLines({ group, since, pattern: '"line 7 of worker/2"' });
    expect(some.lines.map((line) => line.message)).toEqual(['line 7 of worker/2']);
    expect((await logs.findLines({ group, since: Date.now() })).lines).toEqual([]);
  });
});

describe('the state bucket', () => {
  const bucket = 'orders-tfstate';
  let s3: S3Client;
  beforeAll(() => {
    s3 = new S3Client(lab.context.client);
  });

  test('that is missing', async () => {
    expect(await stateBucket.bucketExists(bucket, ACCOUNT)).toBe(false);
    expect(await stateBucket.objectExists(bucket, 'state', ACCOUNT)).toBe(false);
    expect(await readText(bucket, 'state')).toEqual({ kind: 'no-bucket' });
  });

  test('as S3 makes it', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint } }));
    expect(await stateBucket.bucketExists(bucket, ACCOUNT)).toBe(true);
    expect(await stateBucket.versioning(bucket)).toBeUndefined();
    expect(await stateBucket.openToPublic(bucket)).toHaveLength(4);
    expect(await readText(bucket, 'state')).toEqual({ kind: 'no-object' });
  });

  test('as it should be', async () => {
    await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } };
    await s3.send(
      new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }),
    );
    const blocks = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true };
    const block = (RestrictPublicBuckets: boolean) =>
      s3.send(
        new PutPublicAccessBlockCommand({
          Bucket: bucket,
          PublicAccessBlockConfiguration: { ...blocks, RestrictPublicBuckets },
        }),
      );
    await block(false);
    expect(await stateBucket.openToPublic(bucket)).toEqual(['RestrictPublicBuckets']);
    await block(true);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'state', Body: '{}' }));
    expect(await stateBucket.versioning(bucket)).toBe('Enabled');
    expect(await stateBucket.encryption(bucket)).toEqual(['AES256']);
    expect(await stateBucket.openToPublic(bucket)).toEqual([]);
    expect(await stateBucket.objectExists(bucket, 'state', ACCOUNT)).toBe(true);
  });

  test('keeps what is written and copied', async () => {
    await writeJson(bucket, 'a/b c+ü.json', { n: 1 });
    await copyObject({ bucket, key: 'a/b c+ü.json' }, { bucket, key: 'copy.json' });
    expect(await objectExists(bucket, 'copy.json')).toBe(true);
    expect(await readText(bucket, 'copy.json')).toEqual({ kind: 'found', text: '{\n  "n": 1\n}\n' });
    await writeHtml(bucket, 'page.html', '<p>→</p>');
    const page = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'page.html' }));
    expect(page.ContentType).toBe('text/html; charset=utf-8');
    expect(await page.Body?.transformToString()).toBe('<p>→</p>');
  });
});

test('the lock table is there with its key, or missing', async () => {
  await new DynamoDBClient(lab.context.client).send(
    new CreateTableCommand({
      TableName: 'lock',
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  expect(await describeLockTable('lock')).toEqual({ status: 'ACTIVE', hashKey: 'LockID' });
  expect(await describeLockTable('nowhere')).toEqual({ status: 'MISSING' });
});

test('a target group may have no load balancer, or not exist', async () => {
  const elb = new ElasticLoadBalancingV2Client(lab.context.client);
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand({ Name: 'tg', TargetType: 'lambda' }));
  const arn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  expect(await targetGroups.loadBalancerNames(arn)).toEqual([]);
  expect(await targetGroups.targetHealth(arn)).toEqual([]);
  const gone = arn.replace('/tg/', '/gone/');
  expect(await targetGroups.loadBalancerNames(gone)).toBeUndefined();
  expect(await targetGroups.targetHealth(gone)).toEqual([]);
});

test('a target group has its health check, and its listener has rules', async () => {
  const elb = new ElasticLoadBalancingV2Client(lab.context.client);
  const ec2 = new EC2Client(lab.context.client);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const [VpcId] = Subnets.map((one) => one.VpcId);
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      ...{ Name: 'ours', TargetType: 'ip', Protocol: 'HTTP', Port: 80, VpcId },
      ...{ HealthCheckPath: '/healthz', HealthCheckPort: '8081', Matcher: { HttpCode: '200-299' } },
    }),
  );
  const arn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'ours',
      Subnets: Subnets.filter((one) => one.VpcId === VpcId).flatMap(({ SubnetId }) => SubnetId ?? []),
    }),
  );
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  expect(await targetGroups.rulesOf(LoadBalancerArn)).toBeUndefined();
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn, Protocol: 'HTTP', Port: 80 },
      DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
    }),
  );
  await elb.send(
    new CreateRuleCommand({
      ...{ ListenerArn: Listeners?.[0]?.ListenerArn, Priority: 7 },
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/old/*'] } }],
      Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_302', Path: '/new' } }],
    }),
  );
  expect(await targetGroups.targetGroup(arn)).toEqual({
    loadBalancers: [{ arn: LoadBalancerArn, dnsName: LoadBalancers?.[0]?.DNSName }],
    ...{ path: '/healthz', codes: '200-299', port: 8081 },
  });
  expect(await targetGroups.rulesOf(LoadBalancerArn)).toEqual([
    { priority: 7, conditions: [{ field: 'path-pattern', patterns: ['/old/*'] }], actions: ['redirect'], groups: [] },
    { priority: Number.POSITIVE_INFINITY, conditions: [], actions: ['forward'], groups: [arn] },
  ]);
});

test('a service of a cluster that does not exist is missing', async () => {
  const [service] = await ecs.describeServices('nowhere', ['api-svc']);
  expect(service).toMatchObject({ name: 'api-svc', status: 'MISSING', running: 0 });
});
