import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventBridgeService } from '../../eventbridge/eventbridge.ts';
import { type Lab, startLab } from '../../lab.ts';
import { lambdaService } from '../../lambda/lambda.ts';
import { type AwsRequest, json } from '../../service.ts';
import { TestFunctions } from '../support/functions.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const ACCOUNT = 'eu-west-1:123456789012';
let lab: Lab;
let client: EventBridgeClient;
let sqs: SQSClient;
const executions: AwsRequest[] = [];

/** Returns the part of Step Functions that a target needs: some machines do not exist, and one is down at first. */
function machines() {
  return {
    services: ['states'],
    async handle(request: AwsRequest) {
      executions.push(request);
      const machine = String(request.params.stateMachineArn);
      if (machine.endsWith('missing')) return json({ __type: 'StateMachineDoesNotExist', message: 'none' }, 400);
      if (machine.endsWith('down') && executions.length < 3) return json({ __type: 'InternalFailure' }, 500);
      return json({ executionArn: 'arn:e', startDate: 0 });
    },
  };
}

beforeAll(async () => {
  const events = (context: Parameters<typeof eventBridgeService>[0]) => eventBridgeService(context, { retryMs: 10 });
  lab = await startLab({ services: [events, machines, (context) => lambdaService(context)] });
  client = new EventBridgeClient(lab.context.client);
  sqs = new SQSClient(lab.context.client);
});
afterAll(() => lab?.stop());

async function rule(name: string, pattern: object, target: Omit<Target, 'Id'>): Promise<void> {
  await client.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  await client.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 't', ...target } as Target] }));
}

async function queue(name: string): Promise<string> {
  await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return `arn:aws:sqs:${ACCOUNT}:${name}`;
}

async function message(name: string) {
  const QueueUrl = `${lab.endpoint}/123456789012/${name}`;
  return vi.waitFor(async () => {
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
    const [first] = (await sqs.send(receive)).Messages ?? [];
    expect(first).toBeDefined();
    return { body: JSON.parse(first?.Body ?? '') as Record<string, unknown>, attributes: first?.MessageAttributes };
  }, PATIENCE_MS);
}

/** The queue is read once the same event has arrived elsewhere. */
async function isEmpty(name: string): Promise<boolean> {
  const receive = new ReceiveMessageCommand({ QueueUrl: `${lab.endpoint}/123456789012/${name}`, WaitTimeSeconds: 1 });
  return ((await sqs.send(receive)).Messages ?? []).length === 0;
}

function emit(status: string): void {
  const detail = { status };
  lab.context.events.emit('event', { source: 'aws.states', 'detail-type': 'Status', resources: ['arn:x'], detail });
}

test('refuses a rule whose pattern EventBridge refuses', async () => {
  await expect(rule('refused', { source: [{ prefix: 1 }] }, { Arn: 'arn:x' })).rejects.toMatchObject({
    name: 'InvalidEventPatternException',
    message: 'Event pattern is not valid. Reason: prefix match pattern must be a string',
  });
});

test('carries an event of AWS to the queue of a rule that matches it, and only then', async () => {
  const Arn = await queue('failed');
  await rule('failed', { source: ['aws.states'], detail: { status: ['FAILED'] } }, { Arn });
  emit('SUCCEEDED');
  emit('FAILED');
  const { body } = await message('failed');
  expect(body).toMatchObject({
    version: '0',
    source: 'aws.states',
    'detail-type': 'Status',
    account: '123456789012',
    region: 'eu-west-1',
    resources: ['arn:x'],
    detail: { status: 'FAILED' },
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
});

/** @returns the ARN of a topic with a queue; the topic has the policy that AWS gives it where none is requested */
async function topic(Name: string, subscriber: string, statement?: object): Promise<string> {
  const sns = new SNSClient(lab.context.client);
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: await queue(subscriber) }));
  if (!statement) return TopicArn;
  const publish = { Effect: 'Allow', Action: 'sns:Publish', Resource: TopicArn };
  const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...publish, ...statement }] });
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  return TopicArn;
}

test('reaches a topic whose policy admits it without a condition, and no other', async () => {
  const Principal = { Service: 'events.amazonaws.com' };
  const Condition = { StringEquals: { 'aws:SourceAccount': '123456789012' } };
  const arns = [
    await topic('by-default', 'by-default-queue'),
    await topic('on-condition', 'on-condition-queue', { Principal, Condition }),
    await topic('admitted', 'admitted-queue', { Principal }),
  ];
  for (const [index, Arn] of arns.entries()) await rule(`topic-${index}`, { detail: { status: ['ALERT'] } }, { Arn });
  emit('ALERT');
  expect((await message('admitted-queue')).body).toMatchObject({ TopicArn: arns[2] });
  for (const name of ['by-default-queue', 'on-condition-queue']) await expect(isEmpty(name)).resolves.toBe(true);
});

test('carries what PutEvents puts, through a transformer, to a topic', async () => {
  const TopicArn = await topic('topic', 'subscriber', { Principal: { Service: 'events.amazonaws.com' } });
  const InputTransformer = { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"order": <id>}' };
  await rule('custom', { source: ['shop'] }, { Arn: TopicArn, InputTransformer });
  const answer = await client.send(
    new PutEventsCommand({
      Entries: [
        { Source: 'shop', DetailType: 'Order', Detail: '{"id":7}' },
        { Source: 'shop', DetailType: 'Order', Detail: '{' },
        { Source: 'shop', Detail: '{}' },
      ],
    }),
  );
  expect(answer.FailedEntryCount).toBe(2);
  expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail', 'InvalidArgument']);
  expect((await message('subscriber')).body).toMatchObject({ Message: '{"order": 7}' });
});

test('invokes functions', async () => {
  const functions = new TestFunctions(lab.context);
  const Arn = await queue('called');
  const name = await functions.define({
    'index.mjs': `import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
      export const handler = (event) => new SQSClient({}).send(new SendMessageCommand({
        QueueUrl: process.env.AWS_ENDPOINT_URL + '/123456789012/called', MessageBody: JSON.stringify(event.detail) }));`,
  });
  await rule('function', { detail: { status: ['CALL'] } }, { Arn: `arn:aws:lambda:${ACCOUNT}:function:${name}` });
  expect(Arn).toContain('called');
  emit('CALL');
  expect((await message('called')).body).toEqual({ status: 'CALL' });
});

test('repeats a delivery after an outage, as the role of the target', async () => {
  executions.length = 0;
  const RoleArn = 'arn:aws:iam::123456789012:role/start';
  const Arn = `arn:aws:states:${ACCOUNT}:stateMachine:down`;
  await rule('down', { detail: { status: ['DOWN'] } }, { Arn, RoleArn, Input: '{"a":1}' });
  emit('DOWN');
  await vi.waitFor(() => expect(executions.length).toBeGreaterThanOrEqual(3), PATIENCE_MS);
  expect(executions.at(-1)).toMatchObject({ principal: RoleArn, params: { input: '{"a":1}' } });
});

test('puts what a target refuses into the dead-letter queue', async () => {
  const Arn = `arn:aws:states:${ACCOUNT}:stateMachine:missing`;
  const DeadLetterConfig = { Arn: await queue('dead') };
  await rule('missing', { detail: { status: ['LOST'] } }, { Arn, DeadLetterConfig });
  emit('LOST');
  const { body, attributes } = await message('dead');
  expect(body).toMatchObject({ detail: { status: 'LOST' } });
  expect(attributes).toMatchObject({
    ERROR_CODE: { StringValue: 'StateMachineDoesNotExist' },
    TARGET_ARN: { StringValue: Arn },
    RETRY_ATTEMPTS: { StringValue: '0' },
  });
});
