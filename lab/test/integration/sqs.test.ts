import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';
import { sqsService } from '../../sqs/long-poll.ts';

let lab: Lab;
let sqs: SQSClient;
let QueueUrl: string;
let queues = 0;

beforeAll(async () => {
  lab = await startLab({ services: [sqsService] });
  sqs = new SQSClient(lab.context.client);
});
afterAll(async () => {
  sqs?.destroy();
  await lab?.stop();
});
beforeEach(async () => {
  queues += 1;
  ({ QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `q-${queues}` })));
});

const poll = (WaitTimeSeconds: number, abortSignal?: AbortSignal) =>
  sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }), abortSignal ? { abortSignal } : {});
const send = () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));

test('a long poll ends with the message that comes', async () => {
  const started = Date.now();
  const polled = poll(20);
  await delay(500);
  await send();
  expect((await polled).Messages?.map(({ Body }) => Body)).toEqual(['hello']);
  expect(Date.now() - started).toBeLessThan(19_000);
});

test('a long poll ends without a message when its time is over', async () => {
  const started = Date.now();
  expect((await poll(1)).Messages).toBeUndefined();
  expect(Date.now() - started).toBeGreaterThanOrEqual(950);
});

test('a caller that hangs up takes no message along', async () => {
  const caller = new AbortController();
  const polled = poll(20, caller.signal);
  await delay(500);
  caller.abort();
  await expect(polled).rejects.toThrow(/abort/i);
  await delay(500);
  await send();
  await delay(1_000);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
});

test('counts tell what can be received from what is being handled and what is delayed', async () => {
  for (const DelaySeconds of [0, 0, 0, 900]) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello', DelaySeconds }));
  }
  await poll(0);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '2',
    ApproximateNumberOfMessagesNotVisible: '1',
    ApproximateNumberOfMessagesDelayed: '1',
  });
});

/** With the emulator's own counting, this takes minutes and nobody else is answered. */
test('a backlog of two thousand messages is taken away', { timeout: 180_000 }, async () => {
  const batch = Array.from({ length: 10 }, (_, id) => ({ Id: String(id), MessageBody: 'hello' }));
  for (let sent = 0; sent < 2_000; sent += 10) {
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: batch }));
  }
  let taken = 0;
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) break;
    const Entries = Messages.map(({ ReceiptHandle }, id) => ({ Id: String(id), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    taken += Messages.length;
  }
  expect(taken).toBe(2_000);
});
