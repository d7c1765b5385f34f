import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { queueCounts } from '../../../lambdas/aws/queues.ts';
import { aRecord, aRequest } from '../../unit/lambdas/support/fixtures.ts';

const lab = useLab();
const Bucket = 'documents';
let queue = '';
let s3: S3Client;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  Object.assign(process.env, { CHECK: 'document-intake', WAIT_SECONDS: '0' });
  s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
  sqs = new SQSClient(lab.context.client);
  dynamodb = new DynamoDBClient(lab.context.client);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'work' }));
  queue = QueueUrl;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'register',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'document', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'document', KeyType: 'HASH' }],
    }),
  );
});

async function look() {
  const { handler } = await import('../../../examples/document-intake/check.ts');
  const outputs = { documents_bucket: Bucket, work_queue_url: queue, register_table: 'register' };
  const event = { request: aRequest({ record: { ...aRecord(), outputs } }), since: new Date().toISOString() };
  return handler(event, {});
}

async function announceTo(QueueArn?: string) {
  const configurations = QueueArn ? [{ QueueArn, Events: ['s3:ObjectCreated:*' as const] }] : [];
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { QueueConfigurations: configurations },
    }),
  );
}

test('a document goes its way, and neither it nor S3’s own test is left in the queue', async () => {
  await announceTo('arn:aws:sqs:eu-west-1:123456789012:work');
  await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'of somebody else' }));
  expect(await look()).toMatchObject({ check: 'document-intake', status: 'passed' });
  expect(await queueCounts(queue)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  expect((await dynamodb.send(new ScanCommand({ TableName: 'register' }))).Count).toBe(0);
});

test('documents that are not announced have failed when there is no time left to wait', async () => {
  await announceTo();
  expect(await look()).toMatchObject({ status: 'failed', observed: 'not announced within 10 s' });
});
