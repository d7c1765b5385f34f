import { describe, expect, test } from 'vitest';
import { CAUSE_CHARACTERS } from '../../../states/errors.ts';
import type { Json, JsonObject } from '../../../states/json.ts';
import { execution, fail, outcome, run, task } from './machine.ts';

/** AWS gave these answers in recordings of real executions that others have published (docs/aws-differences.md). */

const pass = (more: JsonObject = {}) => ({ Type: 'Pass', End: true, ...more });
const map = (more: JsonObject = {}, state: JsonObject = pass()) => ({
  Type: 'Map',
  ItemProcessor: { StartAt: 'I', States: { I: state } },
  End: true,
  ...more,
});

describe('a Map ends after its last iteration that succeeded', () => {
  test('one iteration', async () => {
    const { End: _, ...state } = map();
    const result = await run({ M: { ...state, Next: 'Final' }, Final: pass() }, { input: ['HelloWorld'] });
    expect(result.chain.slice(6)).toEqual([
      '7<6 MapIterationSucceeded',
      '8<7 MapStateSucceeded',
      '9<7 MapStateExited',
      '10<9 PassStateEntered',
      '11<10 PassStateExited',
      '12<11 ExecutionSucceeded',
    ]);
  });

  test('no iteration', async () => {
    const result = await run({ M: map() }, { input: [] });
    expect(result.chain.slice(2)).toEqual([
      '3<2 MapStateStarted',
      '4<3 MapStateSucceeded',
      '5<3 MapStateExited',
      '6<5 ExecutionSucceeded',
    ]);
  });
});

describe('a limit of a Map that is out of its range ends the execution at once', () => {
  const started = ['3<2 MapStateStarted', '4<3 ExecutionFailed'];
  test.each<[JsonObject, string[], string]>([
    [{ ToleratedFailureCount: '{% -1 %}' }, started, 'ToleratedFailureCount cannot be negative.'],
    [{ ToleratedFailurePercentage: '{% -1.1 %}' }, started, 'ToleratedFailurePercentage must be between 0 and 100.'],
    [{ ToleratedFailurePercentage: '{% 100.1 %}' }, started, 'ToleratedFailurePercentage must be between 0 and 100.'],
    [{ MaxConcurrency: '{% -1 %}' }, ['3<2 ExecutionFailed'], 'MaxConcurrency cannot be negative.'],
  ])('%j', async (limits, chain, message) => {
    const result = await run({ M: map(limits) }, { input: [0] });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(result.chain.slice(2)).toEqual(chain);
    expect(result.cause).toBe(
      `An error occurred while executing the state 'M' (entered at the event id #2). ${message}`,
    );
  });

  test('a share of failures may be a fraction', async () => {
    expect(await run({ M: map({ ToleratedFailurePercentage: 0.5 }) }, { input: [0] })).toMatchObject({ output: [0] });
  });
});

test.each<[Json, string]>([
  [1, '1'],
  ['string', '"string"'],
  [true, 'true'],
  [{ foo: 'bar' }, '{"foo":"bar"}'],
  [null, 'null'],
])('a Map without Items over %j says what its input was, and names no field', async (input, shown) => {
  const result = await run({ M: map() }, { input });
  expect(result.cause).toMatch(new RegExp(`\\. Map state input must be an array but was: ${escaped(shown)}$`));
  const failed = result.events.find(({ type }) => type === 'EvaluationFailed');
  expect(failed?.evaluationFailedEventDetails).toEqual({
    ...{ error: 'States.QueryEvaluationError', state: 'M' },
    cause: result.cause,
  });
});

const escaped = (text: string) => text.replaceAll(/[{}]/g, '\\$&');

test.each<[string, string]>([
  ["{% 'string' %}", `Expected 'array', but was 'string' for value: "string"`],
  ['{% $fn := function($x){$x} %}', "specified for the field 'Items' returned an unsupported result type."],
])('Items %s', async (Items, message) => {
  expect((await run({ M: map({ Items }) })).cause).toContain(message);
});

test.each<[string, Json]>([
  ['$range(0, 9, 3)', [0, 3, 6, 9]],
  ['$range(0, 10, 3)', [0, 3, 6, 9]],
  ['$range(1, 9, 9)', 1],
  ['$range(1, 9, 2)', [1, 3, 5, 7, 9]],
  ['$partition([0], 5)', [[0]]],
  ['$partition([0, 1], 5)', [[0, 1]]],
  ['$partition([0, 1, 2], 2)', [[0, 1], [2]]],
])('%s', async (expression, output) => {
  expect((await run({ P: pass({ Output: `{% ${expression} %}` }) })).output).toEqual(output);
});

test('a Choice takes a literal as its condition', async () => {
  const states = {
    C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'T' }], Default: 'F' },
    T: pass({ Output: 'yes' }),
    F: pass({ Output: 'no' }),
  };
  expect(await run(states)).toMatchObject({ status: 'SUCCEEDED', output: 'yes' });
});

test('an empty Assign leaves no trace in the history', async () => {
  const result = await run({ P: pass({ Assign: {} }) });
  const exited = result.events.find(({ type }) => type === 'PassStateExited');
  expect(Object.keys(exited?.stateExitedEventDetails ?? {})).toEqual(['name', 'output', 'outputDetails']);
});

test.each<[number, string]>([
  [24_855, 'SUCCEEDED'],
  [24_856, 'FAILED'],
])('a Wait until %i days from now has %s', async (days, status) => {
  const wait = { Type: 'Wait', Timestamp: '{% $states.input %}', End: true };
  const input = new Date(Date.parse('2026-01-01T00:00:00Z') + days * 86_400_000).toISOString();
  const result = await run({ W: wait }, { input });
  expect(result.status).toBe(status);
  if (status === 'FAILED') expect(result.cause).toMatch(/'W' \(entered .*\)\. Wait state delay is too long\.$/);
});

describe('what a Catch hands on', () => {
  const caught = { ErrorEquals: ['States.ALL'], Next: 'C' };
  const catching = (name: string, more: JsonObject = {}) => task(name, { Next: 'C', Catch: [caught], ...more });
  const token = { ...catching('t'), Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' };

  test.each<[string, string | undefined, string | undefined, Json]>([
    ['neither error nor cause', undefined, undefined, { Error: null, Cause: null }],
    ['both', 'E', 'C', { Error: 'E', Cause: 'C' }],
  ])('of SendTaskFailure with %s', async (_name, error, cause, output) => {
    let given = '';
    const states = { T: { ...token, Arguments: { FunctionName: 't', Payload: '{% $states.context.Task.Token %}' } } };
    const made = execution({ ...states, C: pass() }, { tasks: { t: (payload) => (given = String(payload)) } });
    const ended = made.execution.start();
    await expect.poll(() => made.execution.history.events.at(-1)?.type).toBe('TaskSubmitted');
    made.tokens.fail(given, error, cause);
    await ended;
    expect(outcome(made.execution)).toMatchObject({ status: 'SUCCEEDED', output });
  });

  test('of a timeout has an empty cause', async () => {
    const never = () => new Promise<Json>(() => {});
    const states = { T: catching('t', { TimeoutSeconds: 1 }), C: pass() };
    expect((await run(states, { tasks: { t: never } })).output).toEqual({ Error: 'States.Timeout', Cause: '' });
  });

  test('of a result that is too large is caught by States.ALL', async () => {
    const result = await run({ T: catching('t'), C: pass() }, { tasks: { t: () => '€'.repeat(87_381) } });
    const cause =
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.";
    expect(result.output).toEqual({ Error: 'States.DataLimitExceeded', Cause: cause });
    expect(result.types.slice(4, 6)).toEqual(['TaskFailed', 'TaskStateExited']);
  });
});

describe('sizes', () => {
  /**
   * Each row has a character of one to four bytes, and the number of them that is 256 KiB with the two quotes around
   * them.
   */
  test.each<[string, number]>([
    ['x', 262_142],
    ['é', 131_071],
    ['€', 87_380],
    ['😀', 65_535],
    ['"', 131_071],
  ])('of a state count in bytes of UTF-8: %s', async (character, most) => {
    const states = { T: task('t') };
    const of = (count: number) => run(states, { tasks: { t: () => character.repeat(count) } });
    expect((await of(most)).status).toBe('SUCCEEDED');
    expect(await of(most + 1)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('of arguments count as those of a result do', async () => {
    const state = { ...task('t'), Arguments: { FunctionName: 't', Payload: '{% $states.input & $states.input %}' } };
    const result = await run({ T: state }, { input: 'x'.repeat(140_000), tasks: { t: () => 1 } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(result.attempts.get('t')).toBeUndefined();
  });

  test.each<[number, boolean]>([
    [CAUSE_CHARACTERS, true],
    [CAUSE_CHARACTERS + 1, false],
  ])('of a cause of %i characters: it is whole is %j', async (length, whole) => {
    const cause = `${JSON.stringify({ errorMessage: 'x'.repeat(length) }).slice(0, length - 2)}"}`;
    const caught = { ErrorEquals: ['States.ALL'], Next: 'C' };
    const states = { T: task('t', { Next: 'C', Catch: [caught] }), C: pass({ Output: '{% $states.input.Cause %}' }) };
    const result = await run(states, { tasks: { t: () => fail('E', cause) } });
    expect(String(result.output)).toHaveLength(CAUSE_CHARACTERS);
    expect(result.output === cause).toBe(whole);
    const failed = result.events.find(({ type }) => type === 'TaskFailed');
    expect(failed?.taskFailedEventDetails?.cause).toHaveLength(CAUSE_CHARACTERS);
  });
});

describe('arguments that the service does not take end the execution before the task is scheduled', () => {
  test.each<[JsonObject, string]>([
    [{ FunctionName: 't', TaskToken: 'x' }, 'The field "TaskToken" is not supported by Step Functions'],
    [{ Payload: 1 }, "The field 'FunctionName' is required but was missing"],
    [{ FunctionName: 1 }, "The value of the field 'FunctionName' has an invalid format"],
  ])('%j', async (args, message) => {
    const state = {
      ...task('t'),
      Arguments: '{% $states.input %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
    };
    const result = await run({ T: state, C: pass() }, { input: args });
    expect(result.chain.slice(1)).toEqual(['2<0 TaskStateEntered', '3<2 ExecutionFailed']);
    expect(result.cause).toBe(
      `An error occurred while executing the state 'T' (entered at the event id #2). The Parameters '${JSON.stringify(args)}' could not be used to start the Task: [${message}]`,
    );
  });
});
