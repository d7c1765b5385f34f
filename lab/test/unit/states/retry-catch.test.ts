import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../states/json.ts';
import { type Behaviour, fail, never, run, task } from './machine.ts';

const retry = (...retriers: JsonObject[]) => ({ Retry: retriers });
const boom = () => fail('Boom', 'because');

describe('Retry', () => {
  test.each<[string, JsonObject[], number, number]>([
    ['by default three times, doubling from one second', [{ ErrorEquals: ['Boom'] }], 4, 1 + 2 + 4],
    ['never with MaxAttempts 0', [{ ErrorEquals: ['Boom'], MaxAttempts: 0 }], 1, 0],
    [
      'with its own interval and rate',
      [{ ErrorEquals: ['Boom'], IntervalSeconds: 3, BackoffRate: 1, MaxAttempts: 2 }],
      3,
      6,
    ],
    [
      'up to MaxDelaySeconds',
      [{ ErrorEquals: ['Boom'], IntervalSeconds: 4, MaxDelaySeconds: 5, MaxAttempts: 3 }],
      4,
      4 + 5 + 5,
    ],
    ['with jitter', [{ ErrorEquals: ['Boom'], IntervalSeconds: 4, MaxAttempts: 1, JitterStrategy: 'FULL' }], 2, 1],
    ['on States.TaskFailed', [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }], 2, 1],
    ['on States.ALL', [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], 2, 1],
    ['not on another error', [{ ErrorEquals: ['Other', 'States.Timeout'] }], 1, 0],
    [
      'by the first retrier that matches',
      [{ ErrorEquals: ['Boom'], MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'] }],
      2,
      1,
    ],
  ])('%s', async (_name, retriers, attempts, seconds) => {
    const result = await run({ T: task('t', retry(...retriers)) }, { tasks: { t: boom }, random: 0.25 });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'because', seconds });
    expect(result.attempts.get('t')).toBe(attempts);
  });

  test('each retrier counts its own attempts', async () => {
    const errors = ['A', 'B', 'A', 'B'];
    const retriers = [
      { ErrorEquals: ['A'], MaxAttempts: 2 },
      { ErrorEquals: ['B'], MaxAttempts: 1 },
    ];
    const result = await run(
      { T: task('t', retry(...retriers)) },
      { tasks: { t: (_, n) => fail(errors[n - 1] ?? '') } },
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'B' });
    expect(result.attempts.get('t')).toBe(4);
  });

  test('ends with the first success, and tells the attempts in the context', async () => {
    const state = task('t', { ...retry({ ErrorEquals: ['Boom'] }), Output: '{% $states.context.State.RetryCount %}' });
    const result = await run({ T: state }, { tasks: { t: (_, n) => (n < 3 ? boom() : 'ok') } });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 2, seconds: 3 });
    const task3 = ['TaskScheduled', 'TaskStarted', 'TaskSucceeded'];
    const failed = ['TaskScheduled', 'TaskStarted', 'TaskFailed'];
    const expected = ['TaskStateEntered', ...failed, ...failed, ...task3, 'TaskStateExited', 'ExecutionSucceeded'];
    expect(result.types.slice(1)).toEqual(expected);
  });

  test('evaluates the arguments again at each attempt', async () => {
    const seen: Json[] = [];
    const args = { FunctionName: 't', Payload: '{% $states.context.State.RetryCount %}' };
    const state = { ...task('t', retry({ ErrorEquals: ['Boom'], MaxAttempts: 2 })), Arguments: args };
    await run({ T: state }, { tasks: { t: (payload) => seen.push(payload) && boom() } });
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('Catch', () => {
  const caught = { Type: 'Pass', End: true };
  const catching = (more: JsonObject = {}, names: string[] = ['States.ALL']) =>
    task('t', { Next: 'Done', Catch: [{ ErrorEquals: names, Next: 'Caught', ...more }] });
  const states = (state: JsonObject) => ({ T: state, Caught: caught, Done: { Type: 'Succeed' } });

  test.each<[string, JsonObject, Json]>([
    ['hands on the error by default', {}, { Error: 'Boom', Cause: 'because' }],
    [
      'with its own Output',
      { Output: { e: '{% $states.errorOutput.Error %}', i: '{% $states.input.a %}' } },
      { e: 'Boom', i: 1 },
    ],
  ])('%s', async (_name, more, output) => {
    const result = await run(states(catching(more)), { input: { a: 1 }, tasks: { t: boom } });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output });
    expect(result.types).toContain('TaskStateExited');
  });

  test('with its own Assign, which the state itself then does not do', async () => {
    const state = { ...catching({ Assign: { error: '{% $states.errorOutput.Cause %}' } }), Assign: { own: 1 } };
    const reading = { Type: 'Pass', Output: "{% {'error': $error, 'own': $own} %}", End: true };
    const result = await run({ ...states(state), Caught: reading }, { tasks: { t: boom } });
    expect(result.output).toEqual({ error: 'because' });
  });

  test('after the retries', async () => {
    const state = { ...catching(), ...retry({ ErrorEquals: ['Boom'], MaxAttempts: 1 }) };
    const result = await run(states(state), { tasks: { t: boom } });
    expect(result.attempts.get('t')).toBe(2);
    expect(result.status).toBe('SUCCEEDED');
  });

  test('an evaluation error of the Output can be caught', async () => {
    const state = { ...catching({}, ['States.QueryEvaluationError']), Output: '{% $states.result.none %}' };
    const result = await run(states(state), { tasks: { t: () => ({}) } });
    expect(result.output).toMatchObject({ Error: 'States.QueryEvaluationError' });
    expect(result.types).toContain('EvaluationFailed');
  });

  const huge = () => 'x'.repeat(262_144);
  test.each<[string, string[], () => Json, boolean]>([
    ['States.ALL catches States.DataLimitExceeded', ['States.ALL'], huge, true],
    ['States.TaskFailed leaves States.DataLimitExceeded', ['States.TaskFailed'], huge, false],
    ['by its name States.DataLimitExceeded is caught', ['States.DataLimitExceeded'], huge, true],
    ['States.ALL leaves States.Runtime', ['States.ALL'], () => fail('States.Runtime'), false],
    ['nothing catches States.Runtime', ['States.Runtime'], () => fail('States.Runtime'), false],
    ['States.ALL catches States.Timeout', ['States.ALL'], () => fail('States.Timeout'), true],
    ['States.TaskFailed leaves States.Timeout', ['States.TaskFailed'], () => fail('States.Timeout'), false],
  ])('%s', async (_name, names, behaviour, handled) => {
    const result = await run(states(catching({}, names)), { tasks: { t: behaviour } });
    expect(result.status).toBe(handled ? 'SUCCEEDED' : 'FAILED');
  });
});

describe('time limits', () => {
  test.each<[string, JsonObject, number]>([
    ['a number', { TimeoutSeconds: 30 }, 30],
    ['an expression', { TimeoutSeconds: '{% $states.input.limit %}' }, 45],
  ])('of a task, as %s', async (_name, limit, seconds) => {
    const result = await run({ T: task('t', limit) }, { input: { limit: 45 }, tasks: { t: never } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout', seconds });
    expect(result.types.slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
  });

  test('each attempt of a task has its own', async () => {
    const state = task('t', { TimeoutSeconds: 10, ...retry({ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }) });
    const result = await run({ T: state }, { tasks: { t: (_, n) => (n === 1 ? never() : 'ok') } });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 'ok', seconds: 11 });
  });

  test('tell the task that its time is over', async () => {
    const signals: AbortSignal[] = [];
    const t: Behaviour = (_payload, _attempt, { signal }) => {
      signals.push(signal);
      return never();
    };
    await run({ T: task('t', { TimeoutSeconds: 1 }) }, { tasks: { t } });
    expect(signals[0]?.reason).toMatchObject({ error: 'States.Timeout' });
  });

  test('of the machine end it TIMED_OUT, uncaught', async () => {
    const state = task('t', { Next: 'E', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'E' }] });
    const result = await run({ T: state, E: { Type: 'Succeed' } }, { tasks: { t: never } }, { TimeoutSeconds: 60 });
    expect(result).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout', seconds: 60 });
    expect(result.chain.at(-1)).toBe('5<0 ExecutionTimedOut');
    expect(result.statuses).toEqual(['RUNNING', 'TIMED_OUT']);
  });
});
