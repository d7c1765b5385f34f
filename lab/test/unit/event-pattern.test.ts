import { describe, expect, test } from 'vitest';
import { matches } from '../../eventbridge/pattern.ts';
import { requirePattern } from '../../eventbridge/pattern-rules.ts';

/** The answers are those of EventBridge in published recordings of AWS. */

describe('a pattern is refused', () => {
  const text = (operator: string) => `${operator} match pattern must be a string`;
  const VALUE = 'Value of anything-but must be an array or single string/number value.';
  const LIST = 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.';

  test.each<[unknown, string]>([
    ['running', '"state" must be an object or an array'],
    [7, '"state" must be an object or an array'],
    [[], 'Empty arrays are not allowed'],
    [[{ EXISTS: true }], 'Unrecognized match type EXISTS'],
    [[{ prefix: 123 }], text('prefix')],
    [[{ prefix: ['2022'] }], text('prefix')],
    [[{ suffix: 123 }], text('suffix')],
    [[{ suffix: ['.png'] }], text('suffix')],
    [[{ 'equals-ignore-case': ['a'] }], text('equals-ignore-case')],
    [[{ 'equals-ignore-case': { prefix: 'a' } }], text('equals-ignore-case')],
    [[{ wildcard: 123 }], text('wildcard')],
    [[{ wildcard: ['a*'] }], text('wildcard')],
    [[{ wildcard: 'arn:aws:events:us-east-1:**:event-bus/*' }], 'Consecutive wildcard characters at pos 26'],
    [[{ wildcard: '*:*:*:*:*:event-bus/*' }], 'Rule is too complex - try using fewer wildcard characters or fewer'],
    [[{ 'anything-but': null }], VALUE],
    [[{ 'anything-but': { prefix: { 'equals-ignore-case': 'file' } } }], VALUE],
    [[{ 'anything-but': { suffix: { 'equals-ignore-case': '.png' } } }], VALUE],
    [[{ 'anything-but': ['stopped', null] }], 'Inside anything but list, start|null|boolean is not supported.'],
    [[{ 'anything-but': { 'equals-ignore-case': 123 } }], LIST],
    [[{ 'anything-but': { 'equals-ignore-case': [123, 456] } }], LIST],
    [[{ 'anything-but': { prefix: '' } }], 'Null prefix/suffix not allowed'],
    [[{ 'anything-but': { suffix: '' } }], 'Null prefix/suffix not allowed'],
    [[{ 'anything-but': { prefix: 123 } }], text('prefix/suffix')],
    [[{ 'anything-but': { suffix: [null, '.txt'] } }], text('prefix/suffix')],
    [[{ 'anything-but': { wildcard: [123, '*/dir/*'] } }], text('wildcard')],
    [[{ numeric: 5 }], 'Value of numeric must be an array.'],
    [[{ numeric: ['>', 0, '>', 0] }], 'Bad numeric range operator: >'],
    [[{ numeric: ['>', 0, '<', 'x'] }], 'Value of < must be numeric'],
    [[{ cidr: '10.0.0.0' }], "Malformed CIDR, one '/' required"],
    [[{ cidr: '10.0.0.0/xx' }], 'Malformed CIDR, mask bits must be an integer'],
    [[{ cidr: 'xx.11.xx/8' }], 'Nonstandard IP address: xx.11.xx'],
  ])('%j', (rule, reason) => {
    expect(() => requirePattern({ detail: { state: rule } })).toThrow(reason);
    // The pattern is refused whatever event it is compared with.
    expect(() => matches({ detail: { state: rule } }, {})).toThrow(reason);
  });
});

test.each<[Record<string, unknown>, Record<string, unknown>, boolean]>([
  [{ detail: { 'state.status': ['running'] } }, { detail: { state: { status: 'running' } } }, true],
  [{ detail: { state: { status: ['running'] } } }, { detail: { 'state.status': 'running' } }, true],
  [{ detail: { 'state.status': ['running'] } }, { detail: { state: { status: 'stopped' } } }, false],
  [{ resources: [{ exists: true }] }, { resources: [] }, false],
  [{ resources: [{ exists: true }] }, { resources: ['a'] }, true],
  [{ detail: { path: [{ 'anything-but': { wildcard: '' } }] } }, { detail: { path: 'a' } }, true],
])('%j matches %j: %j', (pattern, event, matched) => {
  expect(matches(pattern, event)).toBe(matched);
});
