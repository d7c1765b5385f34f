import { describe, expect, test, vi } from 'vitest';
import type { Json, JsonObject } from '../../../states/json.ts';
import { execution, fail, never, outcome, run, task } from './machine.ts';

const map = (state: JsonObject, more: JsonObject = {}, config: JsonObject = {}) => ({
  Type: 'Map',
  ItemProcessor: { ...config, StartAt: 'I', States: { I: state } },
  End: true,
  ...more,
});
const double = { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true };
const echo = { Type: 'Pass', End: true };
const DISTRIBUTED = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };

test.each<[string, JsonObject, Json, Json]>([
  ['the input where there is no Items', map(double), [1, 2], [2, 4]],
  ['literal Items', map(double, { Items: [3] }), {}, [6]],
  ['computed Items', map(double, { Items: '{% $states.input.list %}' }), { list: [4, 5] }, [8, 10]],
  ['no items', map(double), [], []],
  [
    'an ItemSelector',
    map(echo, {
      ItemSelector: { v: '{% $states.context.Map.Item.Value %}', i: '{% $states.context.Map.Item.Index %}' },
    }),
    ['a'],
    [{ v: 'a', i: 0 }],
  ],
  ['the item in the context', map({ ...echo, Output: '{% $states.context.Map.Item.Index %}' }), ['a', 'b'], [0, 1]],
  ['Output of the results', map(double, { Output: '{% $sum($states.result) %}' }), [1, 2, 3], 12],
])('iterates over %s', async (_name, state, input, output) => {
  expect(await run({ M: state }, { input })).toMatchObject({ status: 'SUCCEEDED', output });
});

test.each<[Json, string]>([
  [5, "'number' for value: 5"],
  [{ a: 1 }, `'object' for value: {"a":1}`],
  [null, "'null' for value: null"],
  ['s', `'string' for value: "s"`],
])('refuses %j as Items', async (input, found) => {
  const result = await run({ M: map(double, { Items: '{% $states.input %}' }) }, { input });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  expect(result.cause).toContain(`Expected 'array', but was ${found}`);
  expect(result.chain.slice(2)).toEqual(['3<0 EvaluationFailed', '4<3 MapStateFailed', '5<4 ExecutionFailed']);
});

describe('MaxConcurrency', () => {
  const wait = { Type: 'Wait', Seconds: 1, End: true };
  test.each<[Json, number]>([
    [1, 6],
    [2, 3],
    ['{% 3 %}', 2],
    [0, 1],
    [100, 1],
  ])('%j of six items takes %i seconds', async (MaxConcurrency, seconds) => {
    const result = await run({ M: map(wait, { MaxConcurrency }) }, { input: [1, 2, 3, 4, 5, 6] });
    expect(result).toMatchObject({ status: 'SUCCEEDED', seconds });
  });

  test('is 40 at most where nothing is said', async () => {
    const result = await run({ M: map(wait) }, { input: Array.from({ length: 41 }, (_, i) => i) });
    expect(result.seconds).toBe(2);
  });

  test('cannot be negative', async () => {
    const result = await run({ M: map(wait, { MaxConcurrency: '{% -1 %}' }) }, { input: [1] });
    expect(result.cause).toContain('MaxConcurrency cannot be negative.');
  });
});

const odd = task('odd');
const tasks = { odd: (n: Json) => (Number(n) % 2 === 1 ? fail('Odd', `${n}`) : n) };

describe('failures', () => {
  test('the first one fails the state with its error', async () => {
    const result = await run({ M: map(odd) }, { input: [2, 3, 4], tasks });
    expect(result).toMatchObject({ status: 'FAILED', error: 'Odd', cause: '3' });
  });

  test.each<[string, JsonObject, boolean]>([
    ['a count that holds', { ToleratedFailureCount: 2 }, true],
    ['a count that does not', { ToleratedFailureCount: 1 }, false],
    ['a percentage that holds', { ToleratedFailurePercentage: 50 }, true],
    ['a percentage that does not', { ToleratedFailurePercentage: 49 }, false],
    ['a computed count', { ToleratedFailureCount: '{% 2 %}' }, true],
    ['both, one of which does not', { ToleratedFailureCount: 2, ToleratedFailurePercentage: 25 }, false],
  ])('are tolerated up to %s', async (_name, limits, tolerated) => {
    const result = await run({ M: map(odd, limits) }, { input: [1, 2, 3, 4], tasks });
    if (tolerated) expect(result).toMatchObject({ status: 'SUCCEEDED', output: [2, 4] });
    else expect(result).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
  });

  test('of one iteration at a time, as AWS records them', async () => {
    const state = map({ Type: 'Fail', Error: 'Stop' }, { MaxConcurrency: 1, ToleratedFailureCount: 1 });
    const result = await run({ M: state }, { input: [1, 2, 3] });
    expect(result.chain.slice(1)).toEqual([
      '2<0 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted',
      '5<4 FailStateEntered',
      '6<5 MapIterationFailed',
      '7<5 MapIterationStarted',
      '8<7 FailStateEntered',
      '9<8 MapIterationFailed',
      '10<8 MapStateFailed',
      '11<10 ExecutionFailed',
    ]);
  });

  test('interrupt the other iterations, as AWS records it', async () => {
    const states = { M: map(task('t'), { Items: [0, 1] }) };
    const result = await run(states, { tasks: { t: (n) => (n === 0 ? fail('Boom') : new Promise<Json>(() => {})) } });
    expect(result.chain.slice(-7)).toEqual([
      '12<9 TaskFailed',
      '13<12 MapIterationFailed',
      '14<12 TaskStateAborted',
      '15<12 MapIterationAborted',
      '16<12 TaskStateAborted',
      '17<12 MapStateFailed',
      '18<17 ExecutionFailed',
    ]);
  });

  test('Retry starts all iterations again', async () => {
    const state = map(task('t'), { Retry: [{ ErrorEquals: ['Boom'] }] });
    const result = await run({ M: state }, { input: [1], tasks: { t: (_, n) => (n === 1 ? fail('Boom') : n) } });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: [2] });
    expect(result.types.filter((type) => type === 'MapStateStarted')).toHaveLength(2);
  });
});

describe('DISTRIBUTED', () => {
  test('shows the Map Run in place of the iterations', async () => {
    const result = await run({ M: map(double, {}, DISTRIBUTED) }, { input: [1, 2] });
    expect(result.output).toEqual([2, 4]);
    expect(result.chain.slice(2)).toEqual([
      '3<2 MapStateStarted',
      '4<3 MapRunStarted',
      '5<4 MapRunSucceeded',
      '6<5 MapStateSucceeded',
      '7<5 MapStateExited',
      '8<7 ExecutionSucceeded',
    ]);
  });

  test('fails as a whole when more fail than is tolerated', async () => {
    const result = await run({ M: map(odd, {}, DISTRIBUTED) }, { input: [1, 2], tasks });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    expect(result.types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  test('sees no variables of the parent', async () => {
    const reading = { Type: 'Pass', Output: "{% {'outer': $outer} %}", End: true };
    const states = { A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'M' }, M: map(reading, {}, DISTRIBUTED) };
    expect((await run(states, { input: [1] })).output).toEqual([{}]);
  });

  test('makes each iteration an execution of its own', async () => {
    const self = { Type: 'Pass', Output: '{% $states.context.Execution.Id %}', End: true };
    const result = await run({ M: map(self, { Label: 'Each' }, DISTRIBUTED) }, { input: ['a', 'b'] });
    const [mapRun] = result.mapRuns.of('arn:aws:states:eu-west-1:1:execution:m:e');
    expect(mapRun).toMatchObject({ status: 'SUCCEEDED', settings: { label: 'Each', total: 2 } });
    expect(mapRun?.arn).toMatch(/:mapRun:m\/Each:[0-9a-f-]{36}$/);
    const children = mapRun?.children ?? [];
    expect(result.output).toEqual(children.map(({ identity }) => identity.arn));
    for (const { identity, history } of children) {
      expect(identity.arn).toBe(`arn:aws:states:eu-west-1:1:execution:m/Each:${identity.name}`);
      expect(history.events.map(({ type }) => type)).toEqual([
        'ExecutionStarted',
        'PassStateEntered',
        'PassStateExited',
        'ExecutionSucceeded',
      ]);
    }
  });

  test('goes on beside a failed iteration that is tolerated', async () => {
    const state = map(odd, { ToleratedFailurePercentage: 100 }, DISTRIBUTED);
    const result = await run({ M: state }, { input: [1, 2, 3, 4], tasks });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: [2, 4] });
    const [mapRun] = result.mapRuns.of(result.execution.identity.arn);
    expect(mapRun?.children.map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED', 'FAILED', 'SUCCEEDED']);
  });

  test('stops the iterations that run when the execution is stopped', async () => {
    const made = execution({ M: map(task('t'), {}, DISTRIBUTED) }, { input: [1], tasks: { t: never } });
    const ended = made.execution.start();
    await vi.waitFor(() => expect(made.attempts.get('t')).toBe(1));
    made.execution.stop(undefined, undefined);
    await ended;
    const [mapRun] = made.mapRuns.of(made.execution.identity.arn);
    expect(mapRun).toMatchObject({ status: 'ABORTED', children: [{ status: 'ABORTED' }] });
  });

  test('is redriven with those iterations that failed', async () => {
    const once = { t: (n: Json, attempt: number) => (n === 1 && attempt < 3 ? fail('Boom') : n) };
    const made = execution({ M: map(task('t'), { MaxConcurrency: 1 }, DISTRIBUTED) }, { input: [2, 1], tasks: once });
    await made.execution.start();
    expect(outcome(made.execution)).toMatchObject({ status: 'FAILED' });
    await made.execution.redrive();
    await made.execution.settled();
    expect(outcome(made.execution)).toMatchObject({ status: 'SUCCEEDED', output: [2, 1] });
    expect(made.attempts.get('t')).toBe(3);
    expect(outcome(made.execution).types).toContain('MapRunRedriven');
    const [mapRun] = made.mapRuns.of(made.execution.identity.arn);
    expect(mapRun?.children.map(({ redriveCount }) => redriveCount)).toEqual([0, 1]);
  });

  test('reads items and hands them out in batches', async () => {
    const reader = { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'b', Key: 'k' } };
    const state = map(
      echo,
      { ItemReader: reader, ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { n: '{% 1 %}' } } },
      DISTRIBUTED,
    );
    const result = await run({ M: state }, { items: [1, 2, 3] });
    expect(result.output).toEqual([
      { BatchInput: { n: 1 }, Items: [1, 2] },
      { BatchInput: { n: 1 }, Items: [3] },
    ]);
  });
});
