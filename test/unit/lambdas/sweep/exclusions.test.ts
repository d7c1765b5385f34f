import { describe, expect, test } from 'vitest';
import { exclusion, type Finding } from '../../../../lambdas/contracts/contracts.ts';
import { partitionByExclusion } from '../../../../lambdas/sweep/exclusions.ts';
import { aRequest, PREFIX } from '../support/fixtures.ts';

const found = (id: string, changes: Partial<Finding> = {}): Finding => ({
  ...{ service: 'logs', type: 'log-group', id, status: 'PRESENT', source: 'name', reason: '' },
  ...changes,
});
const keep = (what: string, ids: Finding[]) => {
  const { kept, left } = partitionByExclusion(aRequest({ exclusions: [{ what, why: 'audit' }] }), ids);
  return [kept.map(({ id, why }) => `${id} ${why}`), left.map(({ id }) => id)];
};

describe('what is kept on purpose', () => {
  const audit = `/ecs/${PREFIX}/audit`;

  test.each([
    ['its name', audit],
    ['a pattern', '/ecs/*/audit'],
    ['a pattern that ends anywhere', '/ecs/*'],
  ])('is known by %s', (_name, what) => {
    expect(keep(what, [found(audit), found('other')])).toEqual([[`${audit} audit`], ['other']]);
  });

  test('is known by its ARN', () => {
    const arn = `arn:aws:logs:eu-west-1:1:log-group:${audit}`;
    expect(keep('arn:aws:logs:*:log-group:*/audit', [found(audit, { arn })])).toEqual([[`${audit} audit`], []]);
  });

  test.each(['/ecs/', 'audit', '/ecs/order.platform-dev-v3/audit'])('is not what only looks like %s', (what) => {
    expect(keep(what, [found(audit)])).toEqual([[], [audit]]);
  });

  test('is never a service that could not be read', () => {
    expect(keep('*', [found('*', { type: '*', status: 'UNKNOWN' })])).toEqual([[], ['*']]);
  });
});

test.each([
  ['***', false],
  ['*a*b*', false],
  ['', false],
  ['/ecs/*', true],
  ['*-{environment}', true],
])('%j may be declared as kept: %s', (what, allowed) => {
  expect(exclusion.safeParse({ what, why: 'audit' }).success).toBe(allowed);
});
