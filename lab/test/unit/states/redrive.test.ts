import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../states/json.ts';
import { type Behaviour, execution, fail, never, outcome, task } from './machine.ts';

/** Runs an execution until it fails, redrives it, and waits for the end. */
async function redriven(
  states: JsonObject,
  tasks: Record<string, Behaviour>,
  input: Json = {},
  machine: JsonObject = {},
) {
  const made = execution(states, { tasks, input }, machine);
  await made.execution.start();
  const before = outcome(made.execution);
  await made.execution.redrive();
  await made.execution.settled();
  return { before, after: outcome(made.execution), ...made };
}

const onceFailing: Behaviour = (_payload, attempt) => (attempt === 1 ? fail('Boom') : 'ok');

test('continues with the failed task, its input and its variables', async () => {
  const states = {
    A: task('a', { Next: 'B', Assign: { kept: '{% $states.result %}' } }),
    B: task('b', { Output: "{% $kept & ' ' & $states.result %}" }),
  };
  const { before, after, attempts } = await redriven(states, { a: () => 'a', b: onceFailing });
  expect(before).toMatchObject({ status: 'FAILED', error: 'Boom' });
  expect(after).toMatchObject({ status: 'SUCCEEDED', output: 'a ok', error: undefined });
  expect([...attempts]).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  const failed = before.types.length;
  expect(after.chain.slice(failed)).toEqual([
    `${failed + 1}<${failed} ExecutionRedriven`,
    `${failed + 2}<${failed + 1} TaskScheduled`,
    `${failed + 3}<${failed + 2} TaskStarted`,
    `${failed + 4}<${failed + 3} TaskSucceeded`,
    `${failed + 5}<${failed + 4} TaskStateExited`,
    `${failed + 6}<${failed + 5} ExecutionSucceeded`,
  ]);
  expect(after.events[failed]?.executionRedrivenEventDetails).toEqual({ redriveCount: 1 });
});

test('Parallel runs only the branches that failed or were cut short', async () => {
  const branch = (name: string) => ({ StartAt: name, States: { [name]: task(name) } });
  const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 10, Next: 'c' }, c: task('c') } };
  const failing = { StartAt: 'V', States: { V: { Type: 'Wait', Seconds: 5, Next: 'b' }, b: task('b') } };
  const states = { P: { Type: 'Parallel', Branches: [branch('a'), failing, waiting], End: true } };
  const { after, attempts } = await redriven(states, { a: () => 'a', b: onceFailing, c: () => 'c' });
  expect(after).toMatchObject({ status: 'SUCCEEDED', output: ['a', 'ok', 'c'] });
  expect([...attempts]).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 1],
  ]);
});

test('Map runs only the iterations that failed or were cut short', async () => {
  const seen: Json[] = [];
  const t: Behaviour = (n, attempt) => {
    seen.push(n);
    return n === 2 && attempt <= 2 ? fail('Boom') : n;
  };
  const processor = { StartAt: 'I', States: { I: task('t') } };
  const states = { M: { Type: 'Map', ItemProcessor: processor, MaxConcurrency: 1, End: true } };
  const { after } = await redriven(states, { t }, [1, 2, 3]);
  expect(after).toMatchObject({ status: 'SUCCEEDED', output: [1, 2, 3] });
  expect(seen).toEqual([1, 2, 2, 3]);
});

test('a Fail state fails again', async () => {
  const { after } = await redriven({ F: { Type: 'Fail', Error: 'Always' } }, {});
  expect(after).toMatchObject({ status: 'FAILED', error: 'Always' });
  expect(after.types.filter((type) => type === 'FailStateEntered')).toHaveLength(2);
});

test('retries start from zero', async () => {
  const state = task('t', { Retry: [{ ErrorEquals: ['Boom'], MaxAttempts: 1 }] });
  const { attempts } = await redriven({ T: state }, { t: () => fail('Boom') });
  expect(attempts.get('t')).toBe(4);
});

test('the time limit of the machine starts from zero', async () => {
  const t: Behaviour = (_payload, attempt) => (attempt === 1 ? never() : 'ok');
  const states = { T: task('t', { Next: 'W' }), W: { Type: 'Wait', Seconds: 50, End: true } };
  const { before, after, statuses } = await redriven(states, { t }, {}, { TimeoutSeconds: 60 });
  expect(before.status).toBe('TIMED_OUT');
  expect(after.status).toBe('SUCCEEDED');
  expect(statuses).toEqual(['RUNNING', 'TIMED_OUT', 'RUNNING', 'SUCCEEDED']);
});

test('a stopped execution goes on where it was stopped', async () => {
  const made = execution({ W: { Type: 'Wait', Seconds: 3600, Next: 'T' }, T: task('t') }, { tasks: { t: () => 1 } });
  const running = made.execution.start();
  made.execution.stop('Mine', 'enough');
  await running;
  expect(outcome(made.execution)).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'enough' });
  expect(outcome(made.execution).chain).toEqual([
    '1<0 ExecutionStarted',
    '2<0 WaitStateEntered',
    '3<0 ExecutionAborted',
  ]);
  expect(made.execution.redriveStatus()).toEqual({ status: 'REDRIVABLE', reason: undefined });
  await made.execution.redrive();
  await made.execution.settled();
  expect(outcome(made.execution)).toMatchObject({ status: 'SUCCEEDED', output: 1 });
});

test('says why it cannot be redriven', async () => {
  const made = execution({ S: { Type: 'Succeed' } });
  expect(made.execution.redriveStatus().reason).toBe('Execution is RUNNING and cannot be redriven');
  await made.execution.start();
  expect(made.execution.redriveStatus().reason).toBe('Execution is SUCCEEDED and cannot be redriven');
});
