import { CodeBuildClient, ListBuildsCommand } from '@aws-sdk/client-codebuild';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Account, messageOf, outputOf } from './support.ts';

/** One environment, from nothing to nothing. The tests build on each other, in this order. */

const ENVIRONMENT = 'life';
let account: Account;

beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account?.close());

it.each([
  ['a bad name', { environment: 'Life' }, 'InputError', 'environment'],
  ['an unknown key', { environment: 'life', ttl: 3 }, 'InputError', '"ttl"'],
  ['a life that is too long', { environment: 'life', ttlHours: 100 }, 'InputError', 'ttlHours'],
])('refuses %s before anything exists', async (_, input, error, word) => {
  const end = await account.run('provision', input);
  expect(end).toMatchObject({ status: 'FAILED', error });
  expect(messageOf(end)).toContain(word);
  const builds = await new CodeBuildClient(account.lab.context.client).send(new ListBuildsCommand({}));
  expect(builds.ids).toEqual([]);
});

it('refuses to validate what was never provisioned', async () => {
  const end = await account.run('validate', { environment: 'nobody' });
  expect(end).toMatchObject({ status: 'FAILED', error: 'InputError' });
  expect(messageOf(end)).toContain('nobody');
});

it('provisions, and refuses a second provision meanwhile', async () => {
  const first = await account.start('provision', { environment: ENVIRONMENT, ttlHours: 1 });
  for await (const event of account.events(first)) if (event.state?.name === 'Bootstrap backend') break;
  const second = await account.run('provision', { environment: ENVIRONMENT });
  expect(second).toMatchObject({ status: 'FAILED', error: 'ClaimedError' });
  expect(messageOf(second)).toContain(first);

  const end = await account.end(first);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  expect(end.checks.map(({ check, status }) => [check, status])).toEqual(
    [...end.checks].map(({ check }) => [check, 'passed']),
  );
  expect(end.checks).toHaveLength(7);
});

it('plans no change when it is provisioned again', async () => {
  const end = await account.run('provision', { environment: ENVIRONMENT });
  expect(end.status).toBe('SUCCEEDED');
  expect(outputOf(end).plan).toMatchObject({ add: 0, destroy: 0 });
});

it('fails a validation for the reason that there is, and for no other', async () => {
  const sqs = new SQSClient(account.lab.context.client);
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: `order-platform-${ENVIRONMENT}-v3-order-events-dlq` }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"orderId":"nobody\'s"}' }));

  const broken = await account.run('validate', { environment: ENVIRONMENT });
  expect(broken).toMatchObject({ status: 'FAILED', error: 'ValidationFailed' });
  expect(broken.checks.filter(({ status }) => status !== 'passed').map(({ check }) => check)).toEqual(['sqs-backlog']);
  expect(broken.cause).toContain('dead-letter');

  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  const mended = await account.run('validate', { environment: ENVIRONMENT });
  expect(mended.status).toBe('SUCCEEDED');
});

it('shows what a teardown would destroy, and destroys nothing', async () => {
  const end = await account.run('teardown', { environment: ENVIRONMENT, mode: 'plan' });
  expect(end.status).toBe('SUCCEEDED');
  const validation = await account.run('validate', { environment: ENVIRONMENT, checks: ['ecs-services', 'backend'] });
  expect(validation.status).toBe('SUCCEEDED');
});

it('tears down, and proves that nothing is left', async () => {
  const end = await account.run('teardown', { environment: ENVIRONMENT });
  expect(end.status).toBe('SUCCEEDED');
  expect(end.sweep).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
  const { Item } = await new DynamoDBClient(account.lab.context.client).send(
    new GetItemCommand({ TableName: 'runbook-environments', Key: { environment: { S: ENVIRONMENT } } }),
  );
  expect(Item?.status?.S).toBe('GONE');
});
