import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LabContext } from '../../context.ts';
import type { AwsResponse, LabService } from '../../service.ts';
import { sqsService } from '../../sqs/long-poll.ts';
import { aCall } from './iam/request.ts';

const HEADERS = { 'content-type': 'application/x-amz-json-1.0' };
const ANSWER: AwsResponse = { status: 200, headers: {}, body: '' };
let server: Server;
let context: LabContext;
/** It asks only when it is woken, and at the end. */
let service: LabService;
/** What the emulator has in its queue, and how often it was asked. */
let messages: object[] = [];
let asked = 0;

beforeAll(async () => {
  server = createServer((_, response) => {
    asked += 1;
    response.end(JSON.stringify({ Messages: messages }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const emulatorEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  context = { emulatorEndpoint } as LabContext;
  service = sqsService(context, 60_000);
});
afterAll(() => server.close());
beforeEach(() => {
  messages = [];
  asked = 0;
});

const receive = (WaitTimeSeconds: number, from = service) =>
  from.handle(aCall('sqs', { action: 'ReceiveMessage', headers: HEADERS, params: { WaitTimeSeconds } }));

test('the emulator is asked about once a second while nothing is sent', async () => {
  const answer = await receive(2, sqsService(context));
  expect(answer?.body.toString()).toBe('{"Messages":[]}');
  expect(asked).toBeGreaterThan(1);
  expect(asked).toBeLessThanOrEqual(4);
});

test.each([
  ['a message', aCall('sqs', { action: 'SendMessage' })],
  ['messages', aCall('sqs', { action: 'SendMessageBatch' })],
  ['to a topic', aCall('sns', { action: 'Publish' })],
  ['what a bucket notifies of', aCall('s3', { method: 'PUT' })],
])('%s that is sent is there at once', async (_, call) => {
  const answer = receive(20);
  await expect.poll(() => asked).toBe(1);
  messages = [{ MessageId: 'one' }];
  await service.after?.(call, ANSWER);
  expect((await answer)?.body.toString()).toContain('one');
});

test('reading wakes nobody', async () => {
  const answer = receive(1);
  await expect.poll(() => asked).toBe(1);
  for (const call of [aCall('sqs', { action: 'DeleteMessage' }), aCall('s3', { method: 'GET' })])
    await service.after?.(call, ANSWER);
  await answer;
  expect(asked).toBe(2);
});
