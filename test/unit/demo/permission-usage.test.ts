import { describe, expect, test } from 'vitest';
import { reportOf, staleReasons } from '../../../demo/permission-usage.ts';

const of = (name: string, changes: object = {}) => ({
  role: `arn:aws:iam::123456789012:role/${name}`,
  granted: ['sqs:SendMessage', 'sns:Publish'],
  used: ['sqs:SendMessage'],
  denied: [],
  unjudged: [],
  ...changes,
});
const because = (roles: string | string[], actions: string[]) => [{ roles, actions, reason: 'so' }];

describe('the report', () => {
  test.each([
    ['Runbook-FunctionsClaimRole5D1D7CD1-rNKS3nssXBBo', 'Functions-Claim'],
    ['Runbook-MachinesProvisionRoleF45F7410-32K9VweMkukd', 'Machines-Provision'],
    ['Runbook-SchedulesRole523D57EE-x1', 'Schedules'],
    ['order-platform-life-v3-api-task', 'api-task'],
  ])('calls %s %s', (name, title) => {
    expect(reportOf([of(name)], [])[0]?.role).toBe(title);
  });

  test('says of each permission whether it was used, and else why it is there', () => {
    expect(reportOf([of('r')], because('r', ['sns:Publish']))).toEqual([
      { role: 'r', used: ['sqs:SendMessage'], unused: { 'sns:Publish': 'so' }, denied: [], unjudged: [] },
    ]);
    expect(reportOf([of('r')], because('other', ['sns:Publish']))[0]?.unused).toEqual({ 'sns:Publish': null });
    expect(reportOf([of('r1')], because('r*', ['sns:Publish']))[0]?.unused).toEqual({ 'sns:Publish': 'so' });
  });

  test.each([
    ['is unused', 'r', ['sns:Publish'], []],
    ['is used', 'r', ['sqs:SendMessage'], ['r: sqs:SendMessage']],
    ['is not granted', 'r', ['sqs:DeleteQueue'], ['r: sqs:DeleteQueue']],
    ['belongs to nobody', ['r', 'gone'], ['sns:Publish'], ['gone: sns:Publish']],
  ])('knows a reason by whether its permission %s', (_, roles, actions, stale) => {
    const reasons = because(roles, actions);
    expect(staleReasons(reportOf([of('r')], reasons), reasons)).toEqual(stale);
  });

  test('keeps a reason for what the clock may use', () => {
    const reasons = because('r', ['sqs:SendMessage', 'sqs:DeleteQueue']).map((one) => ({
      ...one,
      sometimes: true as const,
    }));
    expect(staleReasons(reportOf([of('r')], reasons), reasons)).toEqual(['r: sqs:DeleteQueue']);
  });
});
