import { describe, expect, test } from 'vitest';
import type { EnvironmentStatus } from '../../../../lambdas/contracts/record.ts';
import { claimsOf, overlapping } from '../../../../lambdas/sweep/name-claims.ts';

const WITHOUT = 'shop-{environment}';
const WITH = 'shop-{environment}-v3';
const at = (pattern: string, environment: string) => pattern.replace('{environment}', environment);
const record = (environment: string, status: EnvironmentStatus = 'LIVE', pattern = WITHOUT) => ({
  environment,
  status,
  lockTable: `${at(pattern, environment)}-tflock`,
});
const claims = (
  environment: string,
  others: ReturnType<typeof record>[],
  malformed: string[] = [],
  pattern = WITHOUT,
) => claimsOf(pattern, { environment, prefix: at(pattern, environment) }, { records: others, malformed });

describe('who else may have a name', () => {
  const others = [record('pr-1-fix'), record('pr-1-fix-b', 'TEARING_DOWN'), record('pr'), record('pr-1-old', 'GONE')];
  test.each<[string, string | undefined]>([
    ['shop-pr-1-fix-queue', 'pr-1-fix'],
    ['/aws/lambda/shop-pr-1-fix-thumbnails', 'pr-1-fix'],
    ['TargetTracking-service/shop-pr-1-fix-cluster/x', 'pr-1-fix'],
    ['shop-pr-1-fix', 'pr-1-fix'],
    ['shop-pr-1-fix-b-queue', 'pr-1-fix-b'],
    ['shop-pr-1-old-queue', 'pr-1-old'],
    ['shop-pr-1-queue', undefined],
    ['shop-pr-1-fixed-queue', undefined],
    ['/ecs/shop-pr-1/api', undefined],
    ['shop-pr-queue', 'pr'],
  ])('%s is also one of %s', (name, environment) => {
    expect(claims('pr-1', others).claimant([name])?.environment).toBe(environment);
  });

  test('is not said by the table of a backend that a team has made', () => {
    const theirs = { ...record('x'), lockTable: 'shop-pr-1-state' };
    expect(claims('pr-1', [theirs]).claimant(['shop-pr-1-state-machine'])).toBeUndefined();
  });

  test('is asked of every name of a resource', () => {
    expect(claims('pr-1', others).claimant(['shop-pr-1-x', 'shop-pr-1-fix-x'])?.environment).toBe('pr-1-fix');
  });

  test('is a living environment unless its record says GONE, and also when its record cannot be read', () => {
    const living = (name: string, malformed: string[] = []) =>
      claims('pr-1', others, malformed).claimant([name])?.living;
    expect(living('shop-pr-1-fix-x')).toBe(true);
    expect(living('shop-pr-1-old-x')).toBe(false);
    expect(living('shop-pr-1-odd-x', ['pr-1-odd'])).toBe(true);
  });

  test('is known under the pattern that a record was made with, too', () => {
    const renamed = record('elsewhere', 'LIVE', 'shop-pr-1-{environment}');
    expect(claims('pr-1', [renamed]).claimant(['shop-pr-1-elsewhere-x'])?.environment).toBe('elsewhere');
  });

  test('is not the environment itself', () => {
    expect(claims('pr-1', [record('pr-1')]).claimant(['shop-pr-1-x'])).toBeUndefined();
  });
});

test.each<[string, string, string, boolean]>([
  [WITHOUT, 'life', 'shop-life-queue', true],
  [WITHOUT, 'life', '/ecs/shop-life/api', false],
  [WITHOUT, 'life', 'shop-life', false],
  [WITHOUT, 'life', 'shop-life.fifo', false],
  [WITHOUT, 'pr-1', '/ecs/shop-pr-1/api', true],
  [WITH, 'life', 'shop-life-v3-queue', false],
  [WITH, 'pr-1', 'shop-pr-1-v3-queue', false],
  [WITH, 'life', 'arn:aws:iam::123456789012:policy/shop-life-v3-extra', false],
  [WITH, 'life', 'service/shop-life-v3-cluster/shop-life-v3-api-svc', false],
  // The name is that of "life-v3-x", whose prefix begins with that of "life".
  [WITH, 'life', 'shop-life-v3-x-v3-queue', true],
])(
  'under %s, an environment without a record could have a name of %s: %s %s',
  (pattern, environment, name, expected) => {
    expect(claims(environment, [], [], pattern).isAmbiguous([name])).toBe(expected);
  },
);

test.each<[string, string, string[]]>([
  [WITHOUT, 'pr-1', ['pr-1-fix', 'pr']],
  [WITHOUT, 'pr-1-fix', ['pr-1', 'pr']],
  [WITHOUT, 'pr-10', ['pr']],
  [WITHOUT, 'pr2', []],
  [WITH, 'pr-1', []],
])('under %s, %s overlaps with %j', (pattern, environment, expected) => {
  const living = ['pr-1', 'pr-1-fix', 'pr', 'q'].map((name) => record(name, 'LIVE', pattern));
  expect(overlapping(pattern, environment, [...living, record('pr-1-gone', 'GONE', pattern)])).toEqual(
    expect.arrayContaining(expected),
  );
  expect(overlapping(pattern, environment, living)).toHaveLength(expected.length);
});
