import { describe, expect, test } from 'vitest';
import { inputFor } from '../../eventbridge/input.ts';
import { matches } from '../../eventbridge/pattern.ts';

const event = {
  source: 'aws.ecs',
  resources: ['arn:aws:ecs:eu-west-1:1:service/c/api', 'arn:other'],
  detail: {
    status: 'FAILED',
    count: 7,
    ratio: 0.5,
    ip: '10.0.0.7',
    empty: '',
    nothing: null,
    nested: { deep: ['a', 'b'] },
  },
};

describe('event patterns', () => {
  test.each<[object, boolean]>([
    [{ source: ['aws.ecs'] }, true],
    [{ source: ['aws.ec2', 'aws.ecs'] }, true],
    [{ source: ['aws.ec'] }, false],
    [{ source: ['aws.ecs'], detail: { status: ['SUCCEEDED'] } }, false],
    [{ detail: { nested: { deep: ['b'] } } }, true],
    [{ detail: { count: [7] } }, true],
    [{ detail: { count: ['7'] } }, false],
    [{ detail: { nothing: [null] } }, true],
    [{ detail: { empty: [''] } }, true],
    [{ resources: [{ prefix: 'arn:aws:ecs:' }] }, true],
    [{ resources: [{ prefix: 'arn:aws:ec2:' }] }, false],
    [{ source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
    [{ resources: [{ suffix: '/api' }] }, true],
    [{ detail: { status: [{ 'equals-ignore-case': 'failed' }] } }, true],
    [{ detail: { status: [{ 'anything-but': 'FAILED' }] } }, false],
    [{ detail: { status: [{ 'anything-but': ['A', 'B'] }] } }, true],
    [{ detail: { status: [{ 'anything-but': { prefix: 'FA' } }] } }, false],
    [{ detail: { status: [{ 'anything-but': { suffix: ['X', 'Y'] } }] } }, true],
    [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { status: [{ exists: true }] } }, true],
    [{ detail: { missing: [{ exists: false }] } }, true],
    [{ other: { missing: [{ exists: false }] } }, true],
    [{ detail: { missing: [{ exists: true }] } }, false],
    [{ detail: { count: [{ numeric: ['>', 5, '<=', 7] }] } }, true],
    [{ detail: { count: [{ numeric: ['<', 7] }] } }, false],
    [{ detail: { ratio: [{ numeric: ['=', 0.5] }] } }, true],
    [{ detail: { ip: [{ cidr: '10.0.0.0/24' }] } }, true],
    [{ detail: { ip: [{ cidr: '10.0.1.0/24' }] } }, false],
    [{ source: [{ wildcard: 'aws.*s' }] }, true],
    [{ source: [{ wildcard: 'aws.*x' }] }, false],
    [{ $or: [{ source: ['nobody'] }, { detail: { count: [{ numeric: ['>', 1] }] } }] }, true],
    [{ $or: [{ source: ['nobody'] }, { detail: { count: [1] } }] }, false],
  ])('%j: %s', (pattern, expected) => {
    expect(matches(pattern as Record<string, unknown>, event)).toBe(expected);
  });

  test('refuses what EventBridge refuses', () => {
    expect(() => matches({ source: [{ like: 'x' }] }, event)).toThrow('Unrecognized match type like');
    expect(() => matches({ source: 'aws.ecs' }, event)).toThrow('must be an object or an array');
  });
});

describe('inputs', () => {
  const rule = { name: 'rule', arn: 'arn:rule' };
  const target = { Id: 't', Arn: 'arn:t' };

  test.each<[object, string]>([
    [{}, JSON.stringify(event)],
    [{ Input: '{"constant":1}' }, '{"constant":1}'],
    [{ InputPath: '$.detail.nested.deep[1]' }, '"b"'],
    [{ InputPath: '$.detail.missing' }, 'null'],
    [
      {
        InputTransformer: {
          InputPathsMap: { status: '$.detail.status', all: '$.detail.nested', missing: '$.x' },
          InputTemplate:
            '{"text": "is <status>: <all><missing>", "all": <all>, "status": <status>, "by": "<aws.events.rule-name>"}',
        },
      },
      '{"text": "is FAILED: {\\"deep\\":[\\"a\\",\\"b\\"]}", "all": {"deep":["a","b"]}, "status": "FAILED", "by": "rule"}',
    ],
    [{ InputTransformer: { InputPathsMap: {}, InputTemplate: '"<unknown> stays"' } }, '"<unknown> stays"'],
  ])('%j', (options, expected) => {
    expect(inputFor({ ...target, ...options }, event, rule)).toBe(expected);
  });
});
