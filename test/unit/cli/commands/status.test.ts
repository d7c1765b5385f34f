import { expect, test } from 'vitest';
import { reportKey } from '../../../../cli/commands/report.ts';
import { statusDetails, statusTable } from '../../../../cli/commands/status.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';

const now = Date.parse('2026-01-31T13:30:00Z');
const lastValidation = {
  verdict: 'PASSED',
  at: '2026-01-31T13:25:00Z',
  execution: 'arn:x',
  report: 'a/report.json',
} as const;
const lastSweep = {
  verdict: 'CLEAN',
  at: '2026-01-29T12:00:00Z',
  execution: 'arn:x',
  certificate: 'b/certificate.json',
} as const;
const deployment = (error: string) => ({
  ...{ machine: 'deploy', status: 'FAILED', at: '2026-01-31T13:29:30Z', execution: 'arn:d', error },
});

test('environments are shown in columns, with the time that is left', () => {
  expect(
    statusTable(
      [
        aRecord({ commit: 'abcdef1234567890', usdPerHour: 0.0912, lastValidation }),
        aRecord({ environment: 'demo-42', status: 'FAILED', expiresAt: '2026-01-31T13:29:10Z' }),
        aRecord({ environment: 'old', status: 'GONE', usdPerHour: 0.0912, lastSweep }),
      ],
      now,
    ),
  ).toEqual([
    'ENVIRONMENT  STATUS  ENDS           COST     COMMIT        VALIDATED         SWEPT',
    'dev          LIVE    in 6 h 30 min  $0.09/h  abcdef123456  PASSED 5 min ago',
    'demo-42      FAILED  50 s ago                abcdef1',
    'old          GONE                            abcdef1                         CLEAN 2 d 1 h ago',
  ]);
});

test.each<[string, Partial<EnvironmentRecord>, boolean]>([
  ['an apply since, whose checks never ran', { applied: 4 }, true],
  ['a deployment that has failed since', { applied: 3, lastFailure: deployment('RollbackFailed') }, true],
  ['a refused deployment', { applied: 3, lastFailure: deployment('PlanRefused') }, false],
  ['the apply that it looked at', { applied: 3 }, false],
])('a verdict is outdated, or not, by %s', (_name, changes, outdated) => {
  const part = { ...lastValidation, checks: ['backend'], of: 7, applied: 3, at: '2026-01-31T13:29:00Z' };
  const record = aRecord({
    lastValidation: { ...lastValidation, applied: 3 },
    lastPartialValidation: part,
    ...changes,
  });
  const lines = [
    statusTable([record], now)[1] ?? '',
    ...statusDetails(record, now).filter((line) => /PASSED/.test(line)),
  ];
  expect(lines.map((line) => line.split('(outdated)').length - 1)).toEqual(outdated ? [2, 1, 1] : [0, 0, 0]);
});

test('a verdict of before a provision that has not applied, or a teardown, is shown as outdated', () => {
  const began = 'arn:aws:states:eu-west-1:1:execution:runbook-provision:p';
  for (const changes of [{ provisionBegan: began }, { teardownBegan: began }]) {
    const record = aRecord({ status: 'FAILED', lastValidation, ...changes });
    expect(statusTable([record], now)[1]).toContain('PASSED 5 min ago (outdated)');
    expect(statusDetails(record, now).join('\n')).toMatch(
      /^validated +PASSED .*\(outdated\): npx.*\n(.*\n)*unknown +.*arn:/m,
    );
  }
  expect(statusTable([aRecord({ status: 'FAILED', lastValidation })], now)[1]).not.toContain('outdated');
});

test('what a sweep found of an environment that is gone is shown until another one is CLEAN', () => {
  const left = ['sqs queue arn:aws:sqs:eu-west-1:1:q', 'ec2 volume vol-1'];
  const lines = statusDetails(
    aRecord({ status: 'GONE', lastSweep: { ...lastSweep, verdict: 'LEFTOVERS', left } }),
    now,
  );
  expect(lines.join('\n')).toMatch(/^left +sqs queue arn:aws:sqs:eu-west-1:1:q, ec2 volume vol-1$/m);
});

test('one environment is shown with everything that is known of it', () => {
  const text = statusDetails(
    aRecord({
      lastValidation,
      usdPerHour: 0.1,
      lastFailure: {
        machine: 'deploy',
        status: 'FAILED',
        at: '2026-01-31T13:00:00Z',
        execution: 'arn:y',
        error: 'E',
        cause: 'c',
      },
    }),
    now,
    'UTC',
  ).join('\n');
  for (const part of [
    /^environment +dev$/m,
    /^ends +Sat 31 Jan 20:00 UTC \(in 6 h 30 min\)$/m,
    /^cost +about \$0\.10 an hour, \$0\.15 so far$/m,
    /^last run +provision:earlier, since Sat 31 Jan 12:00 UTC \(1 h 30 min ago\)$/m,
    /^address +http:\/\/order-platform/m,
    /^validated +PASSED Sat 31 Jan 13:25 UTC \(5 min ago\): npx runbook report dev$/m,
    /^failed +deploy FAILED Sat .*: E: c$/m,
  ]) {
    expect(text).toMatch(part);
  }
  expect(text).not.toMatch(/^swept/m);
  expect(statusDetails(aRecord({ status: 'PROVISIONING' }), now).join('\n')).toMatch(/^held by +provision:earlier/m);
  expect(statusDetails(aRecord({ status: 'GONE' }), now).join('\n')).not.toMatch(/^ends/m);
});

test('a maximum cost is shown, with the end that follows from it', () => {
  const priced = aRecord({ createdAt: '2026-01-31T12:00:00Z', usdPerHour: 1, maxCostUsd: 4 });
  const text = statusDetails(priced, now, 'UTC').join('\n');
  expect(text).toMatch(/^cost +about \$1\.00 an hour, \$1\.50 so far, of \$4\.00 at most$/m);
  expect(text).toMatch(/^ends +Sat 31 Jan 16:00 UTC \(in 2 h 30 min\), by its cost$/m);
  expect(statusDetails(aRecord({ maxCostUsd: 4 }), now, 'UTC').join('\n')).toMatch(/^cost +\$4\.00 at most$/m);
  expect(statusDetails({ ...priced, usdPerHour: 0 }, now, 'UTC').join('\n')).toMatch(
    /^cost +about \$0\.00 an hour, \$0\.00 so far, of \$4\.00 at most, which does not end it: no resource has a price here$/m,
  );
});

test('a protected environment ends when its protection does, and says who changed what', () => {
  const by = 'arn:aws:states:eu-west-1:123456789012:execution:runbook-protect:ada';
  const protection = { until: '2026-02-02T13:30:00Z', by, at: '2026-01-31T13:00:00Z', reason: 'demo' };
  const change = { change: 'protect', execution: by, at: protection.at, to: protection.until, reason: 'demo' } as const;
  const record = aRecord({ protection, leaseChanges: [change] });
  expect(statusTable([record], now)[1]).toMatch(/ in 2 d 0 h, protected /);
  const text = statusDetails(record, now, 'UTC').join('\n');
  expect(text).toMatch(/^ends +Mon 2 Feb 13:30 UTC \(in 2 d 0 h\)$/m);
  expect(text).toMatch(/^protected +until Mon 2 Feb 13:30 UTC \(in 2 d 0 h\) by protect:ada: demo$/m);
  expect(text).toMatch(/^was protected +until Mon 2 Feb .* by protect:ada at Sat 31 Jan 13:00 UTC .*: demo$/m);
  const lift = { ...change, at: '2026-01-31T13:05:00Z', to: '2026-01-31T13:05:00Z', reason: 'over' };
  const lifted = aRecord({ protection: { ...protection, until: lift.to }, leaseChanges: [change, lift] });
  expect(statusDetails(lifted, now, 'UTC').join('\n')).toMatch(/^unprotected +by protect:ada at .*: over$/m);
});

test('reports are pages beside the JSON, and one that never was says how to make it', () => {
  expect(reportKey(aRecord({ lastValidation }), 'validation')).toBe('a/report.html');
  expect(reportKey(aRecord({ lastSweep }), 'sweep')).toBe('b/certificate.html');
  expect(() => reportKey(aRecord(), 'sweep')).toThrow('npx runbook sweep dev');
});

const partly = {
  verdict: 'PASSED' as const,
  at: '2026-01-31T13:28:00Z',
  execution: 'arn:y',
  report: 'c/report.json',
  checks: ['backend'],
  of: 7,
};

test('a validation of some checks stands beside the whole one, and not in its place', () => {
  const failed = { ...lastValidation, verdict: 'FAILED' as const };
  const record = aRecord({ lastValidation: failed, lastPartialValidation: partly });
  expect(statusTable([record], now)[1]).toContain('FAILED 5 min ago, PARTIAL 1/7 PASSED 2 min ago');
  const text = statusDetails(record, now).join('\n');
  expect(text).toMatch(/^validated +FAILED .*: npx runbook report dev$/m);
  expect(text).toMatch(/^in part +PARTIAL 1\/7 PASSED .* \(backend\): npx runbook report dev --of partial$/m);
  expect(reportKey(record, 'validation')).toBe('a/report.html');
  expect(reportKey(record, 'partial')).toBe('c/report.html');
});

test('a whole validation makes an older one of some checks uninteresting', () => {
  const older = { ...partly, at: '2026-01-31T13:00:00Z' };
  expect(statusTable([aRecord({ lastValidation, lastPartialValidation: older })], now)[1]).not.toContain('PARTIAL');
});

test('without a whole validation there is no page of one', () => {
  const record = aRecord({ lastPartialValidation: partly });
  expect(statusTable([record], now)[1]).toContain(' PARTIAL 1/7 PASSED 2 min ago');
  expect(() => reportKey(record, 'validation')).toThrow(/npx runbook validate dev, .* --of partial/);
  expect(() => reportKey(aRecord({ lastValidation }), 'partial')).toThrow('--check');
});
