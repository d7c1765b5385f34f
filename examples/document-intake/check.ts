import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientConfig, customCheck } from '../../lambdas/custom-check.ts';
import { followDocument, type IntakePorts } from './follow-document.ts';
import { intakeOutputs } from './outputs.ts';

/**
 * The handler runs as `runbook-check-document-intake`, and is the AWS side of it. The check itself is in
 * follow-document.ts.
 */

const s3 = new S3Client(clientConfig);
const sqs = new SQSClient(clientConfig);
const dynamodb = new DynamoDBClient(clientConfig);

const ports: IntakePorts = {
  put: async (Bucket, Key) => void (await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'a document' }))),
  remove: async (Bucket, Key) => void (await s3.send(new DeleteObjectCommand({ Bucket, Key }))),
  async receive(QueueUrl) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2, VisibilityTimeout: 10 }),
    );
    return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, receipt: ReceiptHandle }));
  },
  take: async (QueueUrl, ReceiptHandle) => void (await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
  giveBack: async (QueueUrl, ReceiptHandle) =>
    void (await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))),
  async register(TableName, document) {
    const Key = { document: { S: document } };
    await dynamodb.send(new PutItemCommand({ TableName, Item: { ...Key, state: { S: 'TAKEN_IN' } } }));
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item?.state?.S;
  },
  forget: async (TableName, document) =>
    void (await dynamodb.send(new DeleteItemCommand({ TableName, Key: { document: { S: document } } }))),
  now: Date.now,
};

export const handler = customCheck(intakeOutputs, ({ outputs, request }) =>
  followDocument(outputs, `checks/${request.run}/${Date.now().toString(36)}`, ports),
);
