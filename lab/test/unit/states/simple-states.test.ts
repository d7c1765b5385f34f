import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../states/json.ts';
import { run } from './machine.ts';

const pass = (more: JsonObject = {}) => ({ Type: 'Pass', End: true, ...more });

describe('Pass', () => {
  test.each<[string, JsonObject, Json, Json]>([
    ['hands its input on', {}, { a: 1 }, { a: 1 }],
    ['yields a literal', { Output: 'done' }, {}, 'done'],
    ['yields null', { Output: null }, {}, null],
    [
      'yields a list of literals and expressions',
      { Output: [1, '{% $states.input.a %}', [null]] },
      { a: 'x' },
      [1, 'x', [null]],
    ],
    [
      'evaluates deep in a template',
      { Output: { a: { b: ['{% $states.input.n * 2 %}'] } } },
      { n: 4 },
      { a: { b: [8] } },
    ],
    ['leaves what only looks like an expression', { Output: ' {% $x %} ' }, {}, ' {% $x %} '],
    ['needs no blanks inside the braces', { Output: '{%$states.input%}' }, 7, 7],
    ['knows its context', { Output: '{% $states.context.State.Name & $states.context.StateMachine.Name %}' }, {}, 'Pm'],
    ['knows when it started', { Output: '{% $states.context.Execution.StartTime %}' }, {}, '2026-01-01T00:00:00.000Z'],
    [
      'drops an undefined key of an object constructor',
      { Output: "{% {'a': $states.input.none, 'b': 1} %}" },
      {},
      { b: 1 },
    ],
    ['yields a scalar from $map over one item', { Output: '{% $map($states.input, function($x){$x}) %}' }, [5], 5],
    ['yields a list when the expression does', { Output: '{% [$map($states.input, function($x){$x})] %}' }, [5], [5]],
  ])('%s', async (_name, state, input, output) => {
    const result = await run({ P: pass(state) }, { input });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output });
  });

  test.each<[string, JsonObject, string, string]>([
    ['an undefined expression', { Output: '{% $nothing %}' }, 'Output', 'returned nothing (undefined).'],
    ['an undefined field', { Output: { a: '{% $states.input.no %}' } }, 'Output/a', 'returned nothing (undefined).'],
    ['a type error', { Assign: { a: '{% 1 + "x" %}' } }, 'Assign/a', 'threw an error during evaluation. T2002: '],
    ['a function', { Output: '{% function($x){$x} %}' }, 'Output', 'returned an unsupported result type.'],
    ['a built-in function', { Output: '{% $sum %}' }, 'Output', 'returned an unsupported result type.'],
  ])('%s fails the execution', async (_name, state, location, message) => {
    const result = await run({ P: pass(state) }, { input: { a: 1 } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(result.cause).toContain(
      `An error occurred while executing the state 'P' (entered at the event id #2). The JSONata expression '`,
    );
    expect(result.cause).toContain(`specified for the field '${location}' ${message}`);
    const details = result.events.find(({ type }) => type === 'EvaluationFailed')?.evaluationFailedEventDetails;
    expect(details).toMatchObject({ state: 'P', location, error: 'States.QueryEvaluationError', cause: result.cause });
  });
});

describe('Choice', () => {
  const states = {
    C: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 10 %}', Next: 'Big', Output: { big: true } },
        { Condition: '{% $states.input.n > 5 %}', Next: 'Middle', Assign: { seen: '{% $states.input.n %}' } },
        { Condition: '{% $states.input.flag %}', Next: 'Flagged' },
      ],
      Default: 'Small',
      Output: 'default',
    },
    Big: pass(),
    Middle: pass({ Output: '{% $seen %}' }),
    Flagged: pass({ Output: 'flagged' }),
    Small: pass(),
  };

  test.each<[Json, Json]>([
    [{ n: 11 }, { big: true }],
    [{ n: 7 }, 7],
    [{ n: 1, flag: true }, 'flagged'],
    [{ n: 1, flag: false }, 'default'],
  ])('%j takes the first rule that is met, with its Output and Assign', async (input, output) => {
    expect(await run(states, { input })).toMatchObject({ status: 'SUCCEEDED', output });
  });

  test('a condition that is no boolean is an evaluation error', async () => {
    const result = await run(states, { input: { n: 1, flag: 'yes' } });
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toContain(`Expected 'boolean', but was 'string' for value: "yes"`);
  });

  test('no rule met and no Default', async () => {
    const choice = { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'E' }] };
    const result = await run({ C: choice, E: { Type: 'Succeed' } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
    expect(result.cause).toContain('does not point to a next state');
  });
});

describe('Wait', () => {
  test.each<[string, JsonObject, number]>([
    ['a number of seconds', { Seconds: 90 }, 90],
    ['computed seconds', { Seconds: '{% $states.input.s %}' }, 30],
    ['until a time', { Timestamp: '2026-01-01T00:01:00Z' }, 60],
    ['until a computed time', { Timestamp: '{% $states.input.t %}' }, 120],
    ['not for a time gone by', { Timestamp: '2020-01-01T00:00:00Z' }, 0],
    ['longer than one timer can', { Seconds: 5_000_000 }, 5_000_000],
  ])('%s', async (_name, state, seconds) => {
    const input = { s: 30, t: '2026-01-01T02:02:00+02:00' };
    const result = await run({ W: { Type: 'Wait', End: true, ...state } }, { input });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: input, seconds });
  });

  test.each<[string, JsonObject, string]>([
    ['negative seconds', { Seconds: '{% -1 %}' }, 'Seconds cannot be negative.'],
    ['no whole number', { Seconds: '{% 1.5 %}' }, 'Seconds must be an integer'],
    ['too long', { Seconds: '{% 100000000 %}' }, 'Seconds cannot be greater than 99999999'],
    ['a string of seconds', { Seconds: "{% '5' %}" }, "Expected 'number', but was 'string'"],
    ['no timestamp', { Timestamp: "{% '2026-01-01 00:00:00Z' %}" }, 'cannot be parsed as an ISO-8601'],
    ['an impossible date', { Timestamp: "{% '2026-13-01T00:00:00Z' %}" }, 'cannot be parsed as an ISO-8601'],
  ])('%s fails', async (_name, state, cause) => {
    const result = await run({ W: { Type: 'Wait', End: true, ...state } });
    expect(result.status).toBe('FAILED');
    expect(result.cause).toContain(cause);
  });
});

describe('Succeed and Fail', () => {
  test('Succeed ends with its Output', async () => {
    expect(await run({ S: { Type: 'Succeed', Output: '{% 1 + 1 %}' } })).toMatchObject({
      status: 'SUCCEEDED',
      output: 2,
    });
  });

  test.each<[JsonObject, string | undefined, string | undefined]>([
    [{ Error: 'Boom', Cause: 'because' }, 'Boom', 'because'],
    [{ Error: '{% $states.input.e %}', Cause: "{% 'no ' & $states.input.e %}" }, 'Late', 'no Late'],
    [{}, undefined, undefined],
  ])('Fail %j', async (state, error, cause) => {
    const result = await run({ F: { Type: 'Fail', ...state } }, { input: { e: 'Late' } });
    expect(result).toMatchObject({ status: 'FAILED', error, cause });
    expect(result.types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
  });

  test('a computed name may not be one of the language', async () => {
    const result = await run({ F: { Type: 'Fail', Error: "{% 'States.Timeout' %}" } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});
