import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterEach, expect, test, vi } from 'vitest';
import { publish } from '../../../../lambdas/aws/notifications.ts';

const message = { subject: 's', text: 't', environment: 'dev' };
const mail = { NOTIFICATIONS_TOPIC_ARN: 'arn:mail', CHAT_TOPIC_ARN: '', WEBHOOK: '' } as const;

/** What was sent, by the name of the command. */
function sent(answer: object = { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }) {
  const calls: [string, Record<string, unknown>][] = [];
  const send = (result: object) => (command: { input: object }) => {
    calls.push([command.constructor.name, command.input as Record<string, unknown>]);
    return Promise.resolve(result);
  };
  vi.spyOn(SNSClient.prototype, 'send').mockImplementation(send({}) as never);
  vi.spyOn(EventBridgeClient.prototype, 'send').mockImplementation(send(answer) as never);
  return calls;
}

afterEach(() => vi.restoreAllMocks());

test('a message goes to the topic of mail alone, where nothing else is configured', async () => {
  const calls = sent();
  await publish(mail, message, 'execution', expect.fail);
  expect(calls.map(([name]) => name)).toEqual(['PublishCommand']);
});

test('the webhook gets one event, which has the body of the request', async () => {
  const calls = sent();
  await publish({ ...mail, WEBHOOK: 'slack' }, message, 'execution', expect.fail);
  expect(calls.map(([name]) => name)).toEqual(['PublishCommand', 'PutEventsCommand']);
  const { Entries } = (calls[1]?.[1] ?? { Entries: [] }) as {
    Entries: { Source: string; DetailType: string; Detail: string }[];
  };
  const [entry] = Entries;
  expect(entry).toMatchObject({ Source: 'runbook', DetailType: 'Runbook Message' });
  expect(JSON.parse(entry?.Detail ?? '')).toEqual({ kind: 'execution', environment: 'dev', body: { text: '*s*\nt' } });
});

test('an event that is not taken keeps no mail back, and is in the log', async () => {
  const calls = sent({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slower' }] });
  const warnings: string[] = [];
  await publish({ ...mail, CHAT_TOPIC_ARN: 'arn:chat', WEBHOOK: 'teams' }, message, 'cost', (text) =>
    warnings.push(text),
  );
  expect(calls.map(([name]) => name)).toEqual(['PublishCommand', 'PublishCommand', 'PutEventsCommand']);
  expect(warnings).toEqual([expect.stringContaining('not sent to the webhook')]);
  expect(warnings[0]).toContain('ThrottlingException slower');
});
