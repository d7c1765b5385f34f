import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../states/json.ts';
import { ALL, choice, findings, map, one, pass, tried, wait } from './definitions.ts';

const UNSUPPORTED = 'UNSUPPORTED_JSONATA_EXPRESSION';

/** The refusals are measured on AWS, except for those with $states.result, which follow from the same rule. */
describe('an expression is refused', () => {
  test.each<[string, string, string]>([
    ['a[1,2)', 'INVALID_JSONATA_EXPRESSION', 'Expected "]", got ","'],
    ['"unterminated', 'INVALID_JSONATA_EXPRESSION', 'String literal must be terminated by a matching quote'],
    ['1 +', 'INVALID_JSONATA_EXPRESSION', 'Unexpected end of expression'],
    ['{"a":}', 'INVALID_JSONATA_EXPRESSION', 'The symbol "}" cannot be used as a unary operator'],
    ['$x :=', 'INVALID_JSONATA_EXPRESSION', 'Unexpected end of expression'],
    ['$match("a", /abc', 'INVALID_JSONATA_EXPRESSION', 'No terminating / in regular expression'],
    ['phone %.other', 'INVALID_JSONATA_EXPRESSION', 'The symbol "." cannot be used as a unary operator'],
    ['', 'INVALID_JSONATA_EXPRESSION', 'Unexpected end of expression'],
    ['$$', UNSUPPORTED, "Reference to '$$' is not supported."],
    ['$', UNSUPPORTED, "Reference to '$' at the top level is not supported."],
    ['$.phone', UNSUPPORTED, "Reference to '$' at the top level is not supported."],
    ['phone', UNSUPPORTED, "Reference to 'phone' at the top level is not supported."],
    ['phone[0]', UNSUPPORTED, "Reference to 'phone' at the top level is not supported."],
    ['$map($states.input.a, function($x){ b })', UNSUPPORTED, "Reference to 'b' at the top level is not supported."],
    ['{aaa: 1}', UNSUPPORTED, "Reference to 'aaa' at the top level is not supported."],
    ['$states.errorOutput', UNSUPPORTED, "Field '$states.errorOutput' does not exist."],
    ['$states.errorOutput.Cause', UNSUPPORTED, "Field '$states.errorOutput' does not exist."],
    ['$states.result', UNSUPPORTED, "Field '$states.result' does not exist."],
    ['$states.output', UNSUPPORTED, "Field '$states.output' does not exist."],
    ['$states.input[a = $states.result]', UNSUPPORTED, ''],
    ["$eval('1')", UNSUPPORTED, "Reference to '$eval' is not supported; use $parse for JSON."],
  ])('%s', (expression, code, message) => {
    const found = findings(one(pass({ Output: { v: `{% ${expression} %}` } })));
    // Neither AWS nor the lab checks what a predicate reads.
    expect(found).toEqual(message === '' ? [] : [`${code} /States/S/Output/v: ${message}`]);
  });

  test('once for each name', () => {
    expect(findings(one(pass({ Output: '{% aaa + bbb + aaa %}' })))).toEqual(
      ['aaa', 'bbb'].map(
        (name) => `${UNSUPPORTED} /States/S/Output: Reference to '${name}' at the top level is not supported.`,
      ),
    );
  });

  test.each<[string, JsonObject]>([
    ['Output/a/b[0]', one(pass({ Output: { a: { b: ['{% phone %}'] } } }))],
    ['Assign/v', one(pass({ Assign: { v: '{% phone %}' } }))],
    ['Assign/Next', one(pass({ Assign: { Next: '{% phone %}' } }))],
    ['Seconds', wait({ Seconds: '{% phone %}' })],
    ['Cause', one({ Type: 'Fail', Cause: '{% phone %}' })],
    ['Choices[0]/Condition', choice({ Condition: '{% phone = 1 %}' })],
    ['Items', map({ Items: '{% phone %}' })],
    ['ItemSelector/Next', map({ ItemSelector: { Next: '{% phone %}' } })],
    ['ItemBatcher/BatchInput/Comment', map({ ItemBatcher: { BatchInput: { Comment: '{% phone %}' } } })],
    ['Arguments/Payload/Comment', tried({ Arguments: { FunctionName: 'f', Payload: { Comment: '{% phone %}' } } })],
    ['Catch[0]/Output/v', tried({ Catch: [{ ErrorEquals: ALL, Next: 'Z', Output: { v: '{% phone %}' } }] })],
    ['Catch[0]/Assign/Retry', tried({ Catch: [{ ErrorEquals: ALL, Next: 'Z', Assign: { Retry: '{% phone %}' } }] })],
  ])('at %s', (place, definition) => {
    expect(findings(definition)).toEqual([expect.stringContaining(`${UNSUPPORTED} /States/S/${place}: `)]);
  });

  const reading = (field: string) => `{% $states.${field} %}`;
  test.each<[string, JsonObject, boolean]>([
    ['result in Arguments', tried({ Arguments: { FunctionName: 'f', Payload: reading('result') } }), false],
    ['result in Output', tried({ Output: reading('result') }), true],
    ['result in Assign', tried({ Assign: { v: reading('result') } }), true],
    ['result in the Output of a Map', map({ Output: reading('result') }), true],
    ['result in Items', map({ Items: reading('result') }), false],
    ['result in a Wait', wait({ Seconds: reading('result') }), false],
    ['result in a Choice', choice({ Condition: reading('result') }), false],
    ['errorOutput in Output', tried({ Output: reading('errorOutput') }), false],
    ['errorOutput in Catch', tried({ Catch: [{ ErrorEquals: ALL, Next: 'Z', Output: reading('errorOutput') }] }), true],
    ['result in Catch', tried({ Catch: [{ ErrorEquals: ALL, Next: 'Z', Output: reading('result') }] }), false],
  ])('%s', (_name, definition, accepted) => {
    expect(findings(definition).length === 0).toBe(accepted);
  });
});
