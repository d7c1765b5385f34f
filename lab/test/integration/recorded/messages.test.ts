import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { beforeAll, describe } from 'vitest';
import { useLab } from '../../support/use-lab.ts';
import { type Refusal, refuses } from './refusals.ts';

const ACCOUNT = '123456789012';
const lab = useLab();
let queues: sqs.SQSClient;
let topics: sns.SNSClient;
let queue: string;

const topicArn = (name: string) => `arn:aws:sns:eu-west-1:${ACCOUNT}:${name}`;
const publish = (name: string, more: Partial<sns.PublishCommandInput> = {}) =>
  topics.send(new sns.PublishCommand({ TopicArn: topicArn(name), Message: 'hello', ...more }));

beforeAll(async () => {
  queues = new sqs.SQSClient(lab.context.client);
  topics = new sns.SNSClient(lab.context.client);
  await topics.send(new sns.CreateTopicCommand({ Name: 'alerts' }));
  ({ QueueUrl: queue = '' } = await queues.send(
    new sqs.CreateQueueCommand({ QueueName: 'orders', Attributes: { DelaySeconds: '1' } }),
  ));
});

describe('SQS', () => {
  const url = (name: string) => queue.replace(/[^/]*$/, name);
  const NonExistent = { name: 'QueueDoesNotExist', message: 'The specified queue does not exist.', status: 400 };
  const waits = (WaitTimeSeconds: number): Refusal => ({
    recorded: 'test_send_receive_wait_time_seconds',
    call: () => queues.send(new sqs.ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds })),
    ...{ name: 'InvalidParameterValue', status: 400 },
    message: `Value ${WaitTimeSeconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`,
  });
  refuses([
    waits(21),
    waits(-1),
    {
      recorded: 'test_non_existent_queue',
      call: () => queues.send(new sqs.GetQueueUrlCommand({ QueueName: 'no-such-queue' })),
      ...NonExistent,
    },
    {
      recorded: 'test_non_existent_queue',
      call: () =>
        queues.send(new sqs.GetQueueAttributesCommand({ QueueUrl: url('no-such-queue'), AttributeNames: ['All'] })),
      ...NonExistent,
    },
    {
      recorded: 'test_non_existent_queue',
      call: () => queues.send(new sqs.SendMessageCommand({ QueueUrl: url('no-such-queue'), MessageBody: 'hello' })),
      ...NonExistent,
    },
    {
      recorded: 'test_create_queue_with_different_attributes_raises_exception',
      call: () => queues.send(new sqs.CreateQueueCommand({ QueueName: 'orders', Attributes: { DelaySeconds: '2' } })),
      ...{ name: 'QueueNameExists', status: 400 },
      message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
    },
    {
      recorded: 'test_send_receive_max_number_of_messages',
      call: () => queues.send(new sqs.ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 11 })),
      ...{ name: 'InvalidParameterValue', status: 400 },
      message: 'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    },
    {
      recorded: 'test_send_oversized_message',
      call: () => queues.send(new sqs.SendMessageCommand({ QueueUrl: queue, MessageBody: 'a'.repeat(1_048_577) })),
      ...{ name: 'InvalidParameterValue', status: 400 },
      message: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    },
  ]);
});

describe('SNS', () => {
  const NotFound = { name: 'NotFoundException', message: 'Topic does not exist', status: 404 };
  const Invalid = { name: 'InvalidParameterException', status: 400 };
  refuses([
    { recorded: 'test_unknown_topic_publish', call: () => publish('no-such-topic'), ...NotFound },
    {
      recorded: 'test_create_topic_with_attributes',
      call: () => topics.send(new sns.GetTopicAttributesCommand({ TopicArn: topicArn('no-such-topic') })),
      ...NotFound,
    },
    {
      recorded: 'test_publish_wrong_arn_format',
      call: () => topics.send(new sns.PublishCommand({ TopicArn: 'randomstring', Message: 'a' })),
      ...{ ...Invalid, message: 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1' },
    },
    {
      recorded: 'test_empty_sns_message',
      call: () => publish('alerts', { Message: '' }),
      ...{ ...Invalid, message: 'Invalid parameter: Empty message' },
    },
    {
      recorded: 'test_publish_with_empty_subject',
      call: () => publish('alerts', { Subject: '' }),
      ...{ ...Invalid, message: 'Invalid parameter: Subject' },
    },
    {
      recorded: 'test_publish_too_long_message',
      call: () => publish('alerts', { Message: 'a'.repeat(262_145) }),
      ...{ ...Invalid, message: 'Invalid parameter: Message too long' },
    },
    {
      recorded: 'test_topic_publish_another_region',
      call: () =>
        topics.send(new sns.PublishCommand({ TopicArn: `arn:aws:sns:eu-west-2:${ACCOUNT}:alerts`, Message: 'a' })),
      ...{ ...Invalid, message: 'Invalid parameter: TopicArn' },
    },
    {
      recorded: 'test_empty_or_wrong_message_attributes',
      call: () => publish('alerts', { MessageAttributes: { kind: { DataType: 'String', StringValue: '' } } }),
      ...{ name: 'InvalidParameterValueException', status: 400 },
      message:
        "The message attribute 'kind' must contain non-empty message attribute value for message attribute type 'String'.",
    },
    {
      recorded: 'test_subscribe_with_invalid_protocol',
      call: () =>
        topics.send(
          new sns.SubscribeCommand({ TopicArn: topicArn('alerts'), Protocol: 'test-protocol', Endpoint: 'a' }),
        ),
      ...{ ...Invalid, message: 'Invalid parameter: Amazon SNS does not support this protocol string: test-protocol' },
    },
  ]);
});
