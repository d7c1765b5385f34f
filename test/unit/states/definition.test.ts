import { describe, expect, test } from 'vitest';
import { checkRules } from '../../../lab/states/definition/rules.ts';
import { parseDefinition, validateDefinition } from '../../../lab/states/definition/validate.ts';
import type { JsonObject } from '../../../lab/states/json.ts';
import { task } from './machine.ts';

const machine = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...more,
});
const one = (state: JsonObject, more: JsonObject = {}) => machine({ S: state }, more);
const pass = (more: JsonObject = {}) => ({ Type: 'Pass', End: true, ...more });
const inner = (state: JsonObject) => ({ StartAt: 'I', States: { I: state } });
const retry = (...Retry: JsonObject[]) => one(task('t', { Retry }));
const all = ['States.ALL'];

describe('a definition is refused with the place and the reason', () => {
  test.each<[string, JsonObject, string, string]>([
    ['nothing in it', {}, '/', 'These fields are required: [States, StartAt]'],
    ['unknown field', machine({ S: pass() }, { Foo: 1 }), '/', "Field 'Foo' is not supported"],
    ['time limit', one(pass(), { TimeoutSeconds: 0 }), '/TimeoutSeconds', 'positive integer'],
    ['JSONPath machine', { StartAt: 'S', States: { S: pass() } }, '/States/S', "QueryLanguage must be 'JSONata'"],
    [
      'JSONPath state',
      one(pass({ QueryLanguage: 'JSONPath' })),
      '/States/S',
      "can not be 'JSONPath' if set to 'JSONata'",
    ],
    ['JSONPath field', one(pass({ ResultPath: '$' })), '/States/S/ResultPath', "only supported for the 'JSONPath'"],
    [
      'JSONPath Parameters',
      one(task('t', { Parameters: {} })),
      '/States/S/Parameters',
      "only supported for the 'JSONPath'",
    ],
    ['no such start', machine({ S: pass() }, { StartAt: 'X' }), '/StartAt', "Missing 'Next' target: X"],
    ['no such next', one({ Type: 'Pass', Next: 'X' }), '/States/S/Next', "Missing 'Next' target: X"],
    ['unreachable', machine({ S: pass(), T: pass() }), '/States/T', 'State "T" is not reachable.'],
    ['no next', one({ Type: 'Pass' }), '/States/S', "Exactly one of the fields 'Next' and 'End'"],
    [
      'next and end',
      one({ Type: 'Pass', Next: 'S', End: true }),
      '/States/S',
      "Exactly one of the fields 'Next' and 'End'",
    ],
    ['unknown type', one({ Type: 'Nap', End: true }), '/States/S/Type', 'must be one of: Task'],
    ['unknown state field', one(pass({ Colour: 'red' })), '/States/S/Colour', "Field 'Colour' is not supported"],
    ['long name', machine({ ['x'.repeat(81)]: pass() }), `/States/${'x'.repeat(81)}`, 'longer than 80'],
    [
      'unknown resource',
      one({ ...task('t'), Resource: 'arn:aws:states:::glue:startJobRun' }),
      '/States/S/Resource',
      'is not recognized',
    ],
    [
      'unknown service',
      one({ ...task('t'), Resource: 'arn:aws:states:::aws-sdk:nothing:do' }),
      '/States/S/Resource',
      'is not recognized',
    ],
    [
      'no token there',
      one({ ...task('t'), Resource: 'arn:aws:states:::dynamodb:putItem.waitForTaskToken' }),
      '/States/S/Resource',
      'is not recognized',
    ],
    [
      'heartbeat too long',
      one(task('t', { TimeoutSeconds: 10, HeartbeatSeconds: 10 })),
      '/States/S/HeartbeatSeconds',
      'smaller than TimeoutSeconds',
    ],
    [
      'timeout in quotes',
      one(task('t', { TimeoutSeconds: '60' })),
      '/States/S/TimeoutSeconds',
      'must be a number or a JSONata',
    ],
    ['zero timeout', one(task('t', { TimeoutSeconds: 0 })), '/States/S/TimeoutSeconds', 'positive integer'],
    [
      'syntax error',
      one(pass({ Output: { a: ['{% 1 + %}'] } })),
      '/States/S/Output/a[0]',
      'Invalid JSONata expression',
    ],
    ['half an expression', one(pass({ Output: '{% 1' })), '/States/S/Output', "must start with '{%' and end with '%}'"],
    ['empty expression', one(pass({ Output: '{% %}' })), '/States/S/Output', 'is empty'],
    ['$eval', one(pass({ Output: "{% $eval('1') %}" })), '/States/S/Output', '$eval is not supported'],
    [
      'States.ALL not alone',
      retry({ ErrorEquals: ['A', 'States.ALL'] }),
      '/States/S/Retry[0]/ErrorEquals',
      'must appear alone',
    ],
    [
      'States.ALL not last',
      retry({ ErrorEquals: all }, { ErrorEquals: ['A'] }),
      '/States/S/Retry[0]/ErrorEquals',
      'last element',
    ],
    ['no errors named', retry({ ErrorEquals: [] }), '/States/S/Retry[0]/ErrorEquals', 'at least one error name'],
    [
      'interval',
      retry({ ErrorEquals: all, IntervalSeconds: 0 }),
      '/States/S/Retry[0]/IntervalSeconds',
      'positive integer',
    ],
    ['rate', retry({ ErrorEquals: all, BackoffRate: 0.5 }), '/States/S/Retry[0]/BackoffRate', 'at least 1.0'],
    [
      'delay',
      retry({ ErrorEquals: all, IntervalSeconds: 5, MaxDelaySeconds: 5 }),
      '/States/S/Retry[0]/MaxDelaySeconds',
      'greater than IntervalSeconds',
    ],
    ['catch without next', one(task('t', { Catch: [{ ErrorEquals: all }] })), '/States/S/Catch[0]', 'required: [Next]'],
    ['catch to nowhere', one(task('t', { Catch: [{ ErrorEquals: all, Next: 'X' }] })), '/States/S/Catch[0]/Next', 'X'],
    ['reserved error', one({ Type: 'Fail', Error: 'States.Mine' }), '/States/S/Error', "must not begin with 'States.'"],
    ['no choices', one({ Type: 'Choice', Choices: [] }), '/States/S/Choices', 'at least one rule'],
    ['choice rule', one({ Type: 'Choice', Choices: [{ Next: 'S' }] }), '/States/S/Choices[0]', 'required: [Condition]'],
    ['wait for what', one({ Type: 'Wait', End: true }), '/States/S', "'Seconds' and 'Timestamp'"],
    ['no branches', one({ Type: 'Parallel', Branches: [], End: true }), '/States/S/Branches', 'at least one branch'],
    [
      'in a branch',
      one({ Type: 'Parallel', Branches: [inner({ Type: 'Pass' })], End: true }),
      '/States/S/Branches[0]/States/I',
      'Next',
    ],
    [
      'in a map',
      one({ Type: 'Map', ItemProcessor: inner({ Type: 'Nap' }), End: true }),
      '/States/S/ItemProcessor/States/I/Type',
      'must be one of',
    ],
    [
      'reader in an inline map',
      one({ Type: 'Map', ItemReader: {}, ItemProcessor: inner(pass()), End: true }),
      '/States/S/ItemReader',
      'DISTRIBUTED',
    ],
    ['variable name', one(pass({ Assign: { 'a-b': 1 } })), '/States/S/Assign/a-b', 'not a valid variable name'],
    ['reserved variable', one(pass({ Assign: { states: 1 } })), '/States/S/Assign/states', 'reserved'],
    [
      'outer variable',
      machine({
        S: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
        P: { Type: 'Parallel', Branches: [inner(pass({ Assign: { v: 2 } }))], End: true },
      }),
      '/States/P/Branches[0]/States/I/Assign/v',
      'outer scope',
    ],
  ])('%s', (_name, definition, location, message) => {
    const found = checkRules(definition).map((finding) => `${finding.location}: ${finding.message}`);
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${literally(location)}: .*${literally(message)}`)));
  });
});

const literally = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');

test('what the published schema adds: the same name twice', () => {
  const branch = inner(pass());
  const { diagnostics } = validateDefinition(
    JSON.stringify(one({ Type: 'Parallel', Branches: [branch, branch], End: true })),
  );
  expect(diagnostics).toMatchObject([{ severity: 'ERROR', code: 'DUPLICATE_STATE_NAMES' }]);
});

test.each<[string, JsonObject]>([
  ['a literal Output', pass({ Output: 'done' })],
  ['a list as Output', pass({ Output: [1, '{% 2 %}'] })],
  ['null as Output', pass({ Output: null })],
  ['an expression over lines', pass({ Output: '{% (\n  $a := 1;\n  $a\n) %}' })],
  ['empty strings', task('t', { Comment: '' })],
  ['a computed timeout', task('t', { TimeoutSeconds: '{% 1 + 1 %}' })],
  [
    'fields of requests that look like those of the language',
    { ...task('t'), Arguments: { FunctionName: 'f', Payload: { Next: '{% 1 %}', States: {} } } },
  ],
])('%s is accepted', (_name, state) => {
  expect(validateDefinition(JSON.stringify(one(state))).diagnostics).toEqual([]);
});

test.each<[string, string]>([
  ['not json', 'INVALID_JSON_DESCRIPTION'],
  ['[]', 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object'],
  [
    '{}',
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
  ],
])('%s throws InvalidDefinition', (text, message) => {
  expect(() => parseDefinition(text)).toThrowError(
    expect.objectContaining({ name: 'InvalidDefinition', message: expect.stringContaining(message) }),
  );
});
