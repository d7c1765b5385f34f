import fc from 'fast-check';
import { expect, test } from 'vitest';
import { environmentName } from '../../../../lambdas/contracts/contracts.ts';
import { environmentNameOf, pullRequestEnvironment } from '../../../../lambdas/contracts/environment-name-of.ts';

const BRANCHES = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.stringMatching(/^(feature|fix|Feature)\/[A-Za-z0-9/_.-]{0,40}$/),
  fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/),
);

test('every name has a valid environment, which is always the same', () => {
  fc.assert(
    fc.property(BRANCHES, (name) => {
      expect(environmentName.safeParse(environmentNameOf(name)).success).toBe(true);
      expect(environmentNameOf(name)).toBe(environmentNameOf(name));
    }),
    { numRuns: 2_000 },
  );
});

test('two names never have one environment, not even when one is what the other is folded to', () => {
  fc.assert(
    fc.property(BRANCHES, BRANCHES, (a, b) => {
      fc.pre(a !== b);
      expect(environmentNameOf(a)).not.toBe(environmentNameOf(b));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(BRANCHES, (name) => {
      const folded = environmentNameOf(name);
      fc.pre(folded !== name);
      expect(environmentNameOf(folded)).not.toBe(folded);
    }),
  );
});

test.each([
  ['dev', /^dev$/],
  ['pr-123', /^pr-123$/],
  ['feature/Login', /^feature-logi-[0-9a-f]{8}$/],
  ['feature/login', /^feature-logi-[0-9a-f]{8}$/],
  ['renovate/aws-sdk-js-v3-monorepo', /^renovate-aws-[0-9a-f]{8}$/],
  ['2026-01', /^env-[0-9a-f]{8}$/],
  ['', /^env-[0-9a-f]{8}$/],
  ['dev-0123abcd', /^dev-0123abcd-[0-9a-f]{8}$/],
])('%j is %s', (name, expected) => {
  expect(environmentNameOf(name)).toMatch(expected);
});

test('a pull request has its number, also of a repository with a prefix of its own', () => {
  expect(pullRequestEnvironment(123)).toBe('pr-123');
  expect(pullRequestEnvironment(7, 'shop')).toBe('shop-7');
  expect(pullRequestEnvironment(123_456, 'a-prefix-of-length')).toMatch(/^a-prefix-of-[0-9a-f]{8}$/);
});
