import { expect, test } from 'vitest';
import { parseDefinition, validateDefinition } from '../../../states/definition/validate.ts';
import { variables } from '../../../states/definition/variable-references.ts';
import type { JsonObject } from '../../../states/json.ts';
import { ALL, findings, inner, machine, map, one, pass, wait } from './definitions.ts';
import { task } from './machine.ts';

/** The results for literals are recorded on AWS. */
test.each([
  ['2016-12-05 21:29:29Z', false],
  ['2016-12-05T21:29:29', false],
  ['2016-13-05T21:29:29Z', false],
  ['2016-12-05T25:29:29Z', false],
  ['05-12-2016T21:29:29Z', false],
  ['2016-03-14T01:59:00Z', true],
  ['2016-03-14T01:59:00.000000001Z', true],
])('a Wait until %s is accepted: %j', (Timestamp, accepted) => {
  const refusal = 'SCHEMA_VALIDATION_FAILED /States/S/Timestamp: String does not match RFC3339 timestamp';
  expect(findings(wait({ Timestamp }))).toEqual(accepted ? [] : [refusal]);
});

/** The Amazon States Language forbids these characters and the control characters in a name. */
const forbidden = [...' ?*<>{}[]:;,\\|^~$#%&`"/', ...control(0, 31), ...control(127, 159)];
test.each(forbidden.map((character) => [character]))('a Label with %j is refused', (character) => {
  expect(findings(map({ Label: `a${character}b` }))).toEqual([
    expect.stringContaining('INVALID_LABEL_NAME /States/S/Label'),
  ]);
});

function control(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));
}

test.each<[string, JsonObject]>([
  ['a literal Output', pass({ Output: 'done' })],
  ['a list as Output', pass({ Output: [1, '{% 2 %}'] })],
  ['null as Output', pass({ Output: null })],
  ['an expression over lines', pass({ Output: '{% (\n  $a := 1;\n  $a\n) %}' })],
  ['empty strings', task('t', { Comment: '' })],
  ['an interval of nothing', task('t', { Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] })],
  [
    'a share of failures that is a fraction',
    { Type: 'Map', ItemProcessor: inner(pass()), End: true, ToleratedFailurePercentage: 0.5 },
  ],
  ['an undefined variable', pass({ Output: '{% $phone %}' })],
  [
    'names behind the first step',
    pass({ Output: '{% $states.input.items[phone > 3].name ~> $map(function($x){ $x.y }) %}' }),
  ],
  ['an expression in a comment', pass({ Comment: '{% phone %}' })],
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
  [
    'not json',
    "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or",
  ],
  ['[]', 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'],
  ['', 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'],
  [
    JSON.stringify(machine({ S: { Type: 'Pass', Next: 'S' } })),
    "'MISSING_END_STATE: Workflow has no terminal state at null'",
  ],
  [
    '{}',
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
  ],
])('%s throws InvalidDefinition', (text, message) => {
  expect(() => parseDefinition(text)).toThrowError(
    expect.objectContaining({ name: 'InvalidDefinition', message: expect.stringContaining(message) }),
  );
});

/** A recording on AWS shows that only the Parallel's own Catch may assign, outside, a variable of a branch. */
test('a variable may be assigned in a branch and by the Catch of its Parallel', () => {
  const branches = [inner(pass({ Assign: { v: 1 } }))];
  const caught = [{ ErrorEquals: ALL, Next: 'Z', Assign: { v: 2 } }];
  const states = { S: { Type: 'Parallel', Branches: branches, Catch: caught, Next: 'Z' }, Z: pass() };
  expect(findings(machine(states))).toEqual([]);
});

/** The result is recorded on AWS with JSONPath. A state that reads no variable is not listed. */
test('a description says which variables each state reads', () => {
  const parsed = (definition: JsonObject) => parseDefinition(JSON.stringify(definition));
  const states = {
    A: { Type: 'Pass', Assign: { answer: 1, guess: 2, unused: 3 }, Next: 'M' },
    M: {
      Type: 'Map',
      Items: [1],
      ItemProcessor: inner(pass({ Output: '{% $answer + $states.input + $sum([$guess]) %}' })),
      Next: 'Z',
    },
    Z: pass({ Output: '{% $undefined %}' }),
  };
  expect(variables({ parsed: parsed(machine(states)) })).toEqual({ variableReferences: { I: ['answer', 'guess'] } });
  expect(variables({ parsed: parsed(one(pass())) })).toEqual({});
});
