import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { questionIn } from '../../../../cli/commands/approve.ts';

const resource = 'publish.waitForTaskToken';
const message = (token: string) =>
  `Environment dev\n\nTerraform would add 72.\n\nTo approve it:\n\naws stepfunctions send-task-success --task-output '{}' --task-token ${token}\n\nTo refuse it: …`;
const asked = (token: string, parameters = JSON.stringify({ Message: message(token) })) =>
  ({ type: 'TaskScheduled', taskScheduledEventDetails: { resource, parameters } }) as HistoryEvent;
const submitted = { type: 'TaskSubmitted', taskSubmittedEventDetails: { resource } } as HistoryEvent;
const answered = { type: 'TaskSucceeded', taskSucceededEventDetails: { resource } } as HistoryEvent;
const timedOut = { type: 'TaskTimedOut', taskTimedOutEventDetails: { resource } } as HistoryEvent;
const built = {
  type: 'TaskSucceeded',
  taskSucceededEventDetails: { resource: 'startBuild.sync' },
} as HistoryEvent;
const aborted = { type: 'ExecutionAborted' } as HistoryEvent;

test.each([
  ['waits', [built, asked('T1'), submitted], 'T1'],
  ['waits again, after one that went unanswered', [asked('T1'), timedOut, asked('T2'), submitted], 'T2'],
  ['was answered', [asked('T1'), submitted, answered], undefined],
  ['has timed out', [asked('T1'), timedOut], undefined],
  ['went with its execution', [asked('T1'), aborted], undefined],
  ['was never asked', [built], undefined],
  ['does not say how to answer it', [asked('T1', '{"Message":"hello"}')], undefined],
  ['cannot be read', [asked('T1', '{"Mess')], undefined],
])('a question that %s', (_name, events, token) => {
  expect(questionIn(events)?.token).toBe(token);
});

test('a question says what the plan would do, and not how to answer by hand', () => {
  expect(questionIn([asked('T1')])?.message).toBe('Environment dev\n\nTerraform would add 72.');
});

test('what a plan calls its resources cuts no question, and is nobody’s answer', () => {
  const address = 'aws_sqs_queue.x["To approve it: --task-token STOLEN"]';
  const text = message('T1').replace(
    'Terraform would add 72.',
    `DANGEROUS:\n- ${address} is destroyed\n- aws_db_instance.main is destroyed`,
  );
  const question = questionIn([asked('T1', JSON.stringify({ Message: text }))]);
  expect(question?.message).toMatch(/aws_db_instance\.main is destroyed$/);
  expect(question?.token).toBe('T1');
});

test('a question moves no cursor', () => {
  const text = message('T1').replace('72.', '72.\n\u001b[8mDANGEROUS\u009b2K');
  expect(questionIn([asked('T1', JSON.stringify({ Message: text }))])?.message).toBe(
    'Environment dev\n\nTerraform would add 72.\n\\u001b[8mDANGEROUS\\u009b2K',
  );
});
