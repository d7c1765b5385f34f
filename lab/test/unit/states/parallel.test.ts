import { expect, test } from 'vitest';
import type { JsonObject } from '../../../states/json.ts';
import { fail, never, run, task } from './machine.ts';

const branch = (name: string, state: JsonObject) => ({ StartAt: name, States: { [name]: state } });
const parallel = (branches: JsonObject[], more: JsonObject = {}) => ({
  Type: 'Parallel',
  Branches: branches,
  End: true,
  ...more,
});
const pass = (output: JsonObject | string) => ({ Type: 'Pass', Output: output, End: true });

test('yields the outputs in the order of the branches', async () => {
  const slow = { Type: 'Wait', Seconds: 10, Output: 'slow', End: true };
  const result = await run({ P: parallel([branch('A', slow), branch('B', pass('quick'))]) });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: ['slow', 'quick'], seconds: 10 });
});

test('gives each branch the Arguments, and Output sees the result', async () => {
  const state = parallel([branch('A', pass('{% $states.input.x + 1 %}'))], {
    Arguments: { x: '{% $states.input %}' },
    Output: '{% $states.result[0] * 10 %}',
  });
  expect(await run({ P: state }, { input: 1 })).toMatchObject({ output: 20 });
});

test('branches see outer variables; theirs are not seen outside', async () => {
  const inner = {
    StartAt: 'I',
    States: {
      I: { Type: 'Pass', Assign: { mine: '{% $outer & "!" %}' }, Next: 'J' },
      J: pass('{% $mine %}'),
    },
  };
  const result = await run({
    S: { Type: 'Pass', Assign: { outer: 'seen' }, Next: 'P' },
    P: parallel([inner], { Next: 'E', End: undefined as never }),
    E: pass("{% {'branches': $states.input, 'mine': $mine} %}"),
  });
  expect(result.output).toEqual({ branches: ['seen!'] });
});

test('a failing branch interrupts the others, as AWS records it', async () => {
  const failing = branch('F', task('f'));
  const waiting = branch('W', { Type: 'Wait', Seconds: 100, End: true });
  const result = await run({ P: parallel([failing, waiting]) }, { tasks: { f: () => fail('Boom', 'why') } });
  expect(result).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'why', seconds: 0 });
  expect(result.chain).toEqual([
    '1<0 ExecutionStarted',
    '2<0 ParallelStateEntered',
    '3<2 ParallelStateStarted',
    '4<3 TaskStateEntered',
    '5<3 WaitStateEntered',
    '6<4 TaskScheduled',
    '7<6 TaskStarted',
    '8<7 TaskFailed',
    '9<8 TaskStateAborted',
    '10<8 WaitStateAborted',
    '11<8 ParallelStateFailed',
    '12<11 ExecutionFailed',
  ]);
});

test('interrupts tasks deep inside', async () => {
  const signals: AbortSignal[] = [];
  const nested = branch('N', parallel([branch('D', task('deep'))]));
  const later = {
    StartAt: 'L',
    States: { L: { Type: 'Wait', Seconds: 5, Next: 'F' }, F: { Type: 'Fail', Error: 'Late' } },
  };
  const result = await run(
    { P: parallel([nested, later]) },
    {
      tasks: {
        deep: (_payload, _attempt, { signal }) => {
          signals.push(signal);
          return never();
        },
      },
    },
  );
  expect(result).toMatchObject({ status: 'FAILED', error: 'Late', seconds: 5 });
  expect(signals[0]?.aborted).toBe(true);
  expect(result.types.slice(-4)).toEqual([
    'TaskStateAborted',
    'ParallelStateAborted',
    'ParallelStateFailed',
    'ExecutionFailed',
  ]);
});

test('Retry runs all branches again', async () => {
  const state = parallel([branch('A', task('a')), branch('B', task('b'))], { Retry: [{ ErrorEquals: ['Boom'] }] });
  const tasks = { a: () => 'a', b: (_: unknown, n: number) => (n === 1 ? fail('Boom') : 'b') };
  const result = await run({ P: state }, { tasks });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: ['a', 'b'] });
  expect([...result.attempts]).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
  expect(result.types.filter((type) => type === 'ParallelStateStarted')).toHaveLength(2);
  expect(result.types).not.toContain('ParallelStateFailed');
});

test('Catch takes the error of the branch', async () => {
  const state = parallel([branch('F', { Type: 'Fail', Error: 'Boom', Cause: 'c' })], {
    Catch: [{ ErrorEquals: ['Boom'], Next: 'C' }],
  });
  const result = await run({ P: state, C: { Type: 'Succeed' } });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Boom', Cause: 'c' } });
  expect(result.types.slice(2, 6)).toEqual([
    'ParallelStateStarted',
    'FailStateEntered',
    'ParallelStateFailed',
    'ParallelStateExited',
  ]);
});

test('an Output or Assign of its own is evaluated with the variables as they were at entry', async () => {
  const result = await run({
    A: { Type: 'Pass', Assign: { n: 1 }, Next: 'B' },
    B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: '{% $n %}', Next: 'C' },
    C: pass("{% {'before': $states.input, 'after': $n} %}"),
  });
  expect(result.output).toEqual({ before: 1, after: 2 });
  const exited = result.events.find(({ type, id }) => type === 'PassStateExited' && id === 5);
  expect(exited?.stateExitedEventDetails).toMatchObject({ name: 'B', output: '1', assignedVariables: { n: '2' } });
});

test('branches whose results are too large together fail, and States.ALL catches it', async () => {
  const large = () => 'x'.repeat(200_000);
  const state = parallel([branch('A', task('t')), branch('B', task('t'))], {
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
  });
  const result = await run({ P: state, C: { Type: 'Succeed' } }, { tasks: { t: large } });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.DataLimitExceeded' } });
});

test('their results count before Output makes less of them', async () => {
  const state = parallel([branch('A', task('t')), branch('B', task('t'))], { Output: 'small' });
  const result = await run({ P: state }, { tasks: { t: () => 'x'.repeat(200_000) } });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('a second one starts afresh', async () => {
  const result = await run({
    P: parallel([branch('A', pass('a'))], { Next: 'Q', End: undefined as never }),
    Q: parallel([branch('B', pass('b')), branch('C', pass('{% $states.input[0] %}'))]),
  });
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: ['b', 'a'] });
});

test('a fault of the interpreter itself fails the execution, is logged, and leaves nothing running', async () => {
  const signals: AbortSignal[] = [];
  const tasks = {
    broken: () => {
      throw new TypeError('a bug');
    },
    waiting: (_payload: unknown, _attempt: number, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return never();
    },
  };
  const result = await run({ P: parallel([branch('A', task('waiting')), branch('B', task('broken'))]) }, { tasks });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'TypeError: a bug' });
  expect(result.logged).toEqual([expect.stringContaining('TypeError: a bug')]);
  expect(signals[0]?.aborted).toBe(true);
});
