import { describe, expect, test } from 'vitest';
import type { MachineName } from '../../../../lambdas/contracts/record.ts';
import type { Evidence, Execution, ExecutionInput } from '../../../../lambdas/notifications/execution.ts';
import { type NotificationContext, notificationFor } from '../../../../lambdas/notifications/notification-for.ts';
import { cleanCertificate, leftCertificate } from '../../../support/reports/certificates.ts';
import { aRecord, arnOf } from '../support/fixtures.ts';

const start = Date.parse('2026-01-31T12:00:00Z');
const HOUR = 3_600_000;
const PAGE = 's3://control/environments/dev/runs/r/page.html';

interface Case extends Partial<Omit<Execution, 'machine' | 'status' | 'input'>> {
  input?: ExecutionInput;
  known?: Partial<NotificationContext>;
}

function about(machine: MachineName, status: string, { input = {}, known, ...rest }: Case = {}) {
  const execution: Execution = {
    arn: arnOf(machine, rest.name ?? 'x'),
    ...{ machine, status, name: 'x', startedAt: start, redriveCount: 0, output: {} },
    stoppedAt: status === 'RUNNING' ? undefined : start + 250_000,
    input: machine === 'expire' ? {} : { environment: 'dev', ...input },
    ...rest,
  };
  return notificationFor(execution, {
    record: null,
    evidence: {},
    product: 'order-platform',
    now: start + HOUR,
    ...known,
  });
}

const nested = { startedBy: arnOf('provision', 'p') };
const protection = {
  until: '2026-02-06T00:00:00Z',
  by: arnOf('protect', 'p'),
  at: '2026-01-31T12:00:00Z',
  reason: 'd',
};
const due = aRecord({ expiresAt: '2026-01-31T12:30:00Z' });
const unfit: Evidence = {
  page: PAGE,
  checks: [
    { check: 'backend', status: 'passed', expected: 'versioned', observed: 'versioned' },
    { check: 'alb-health', status: 'failed', expected: '200 and UP', observed: '503 DOWN' },
    {
      check: 'worker-logs',
      status: 'unknown',
      expected: 'an answer that the check can read',
      observed: 'AccessDenied',
    },
  ],
};

describe('people are notified, in a subject', () => {
  test.each<[string, MachineName, string, Case]>([
    ['provision has started', 'provision', 'RUNNING', {}],
    ['deploy has started', 'deploy', 'RUNNING', {}],
    ['teardown has started', 'teardown', 'RUNNING', { known: { record: aRecord() } }],
    ['teardown has started', 'teardown', 'RUNNING', { input: { onlyIfExpired: true }, known: { record: due } }],
    ['provision continues where it failed (redrive 2)', 'provision', 'RUNNING', { redriveCount: 2 }],
    ['up and validated', 'provision', 'SUCCEEDED', {}],
    ['runs commit c0ffee0, validated', 'deploy', 'SUCCEEDED', { output: { commit: 'c0ffee0' } }],
    ['passed its validation', 'validate', 'SUCCEEDED', {}],
    ['torn down: CLEAN', 'teardown', 'SUCCEEDED', { output: { status: 'GONE', sweep: 'CLEAN' } }],
    [
      'torn down: CLEAN',
      'teardown',
      'SUCCEEDED',
      { output: { status: 'GONE', sweep: 'CLEAN' }, input: { startedBy: arnOf('expire', 'night') } },
    ],
    ['nothing is left', 'sweep', 'SUCCEEDED', { output: { verdict: 'CLEAN' } }],
    ['provision failed', 'provision', 'FAILED', { error: 'EnvironmentLockedError' }],
    ['provision failed: alb-health, worker-logs', 'provision', 'FAILED', { known: { evidence: unfit } }],
    ['validate failed: alb-health, worker-logs', 'validate', 'FAILED', { known: { evidence: unfit } }],
    ['deploy was stopped', 'deploy', 'ABORTED', {}],
    ['teardown ran out of time', 'teardown', 'TIMED_OUT', {}],
    ['teardown failed', 'teardown', 'FAILED', { input: { mode: 'plan' } }],
    ['sweep found leftovers', 'sweep', 'FAILED', { error: 'LeftoversFound', input: { provenance: true } }],
    ['sweep was inconclusive', 'sweep', 'FAILED', { error: 'SweepInconclusive' }],
    ['extend failed', 'extend', 'FAILED', {}],
    ['expire failed', 'expire', 'FAILED', {}],
    ['provision failed', 'provision', 'FAILED', { input: { environment: undefined } }],
  ])('%s', (what, machine, status, given) => {
    const message = about(machine, status, given);
    const unknown = machine === 'expire' || (given.input && 'environment' in given.input);
    expect(message?.subject).toBe(`order-platform ${unknown ? '' : 'dev '}123456789012 eu-west-1: ${what}`);
    expect(message?.text.split('\n')[0]).toBe(unknown ? `${what}.` : `dev: ${what}.`);
    expect(message?.text).not.toContain('undefined');
    const lines = message?.text.split('\n') ?? [];
    const commands = lines.flatMap((line, index) => (line.startsWith('npx runbook') ? [index] : []));
    // Every command is the last line, so a message has at most one.
    expect(commands.every((index) => index === lines.length - 1)).toBe(true);
  });
});

describe('nobody is notified', () => {
  test.each<[string, MachineName, string, Case]>([
    ['of a validation that a provision waits for', 'validate', 'SUCCEEDED', { input: nested }],
    ['of its failure, which the provision tells', 'validate', 'FAILED', { input: nested }],
    ['of a sweep that a teardown waits for', 'sweep', 'FAILED', { input: nested, error: 'LeftoversFound' }],
    ['that a validation has begun', 'validate', 'RUNNING', {}],
    ['that a night has begun', 'expire', 'RUNNING', {}],
    ['of a night: its teardowns tell for themselves', 'expire', 'SUCCEEDED', {}],
    ['of a teardown that only plans', 'teardown', 'RUNNING', { input: { mode: 'plan' } }],
    ['of the plan that it has shown', 'teardown', 'SUCCEEDED', { output: { mode: 'plan' } }],
    [
      'that a teardown begins which will be skipped',
      'teardown',
      'RUNNING',
      { input: { onlyIfExpired: true }, known: { record: aRecord() } },
    ],
    [
      'that a teardown begins which protection will refuse',
      'teardown',
      'RUNNING',
      { known: { record: aRecord({ protection }) } },
    ],
    ['that it was skipped', 'teardown', 'SUCCEEDED', { output: { status: 'SKIPPED' } }],
    ['that nothing has come back', 'sweep', 'SUCCEEDED', { input: { provenance: true }, output: { verdict: 'CLEAN' } }],
    ['of a sweep after what lives again', 'sweep', 'SUCCEEDED', { output: { verdict: 'SUPERSEDED' } }],
    ['that a life was extended, which its record tells', 'extend', 'SUCCEEDED', {}],
    ['that something begins whose input is refused', 'provision', 'RUNNING', { input: { environment: undefined } }],
  ])('%s', (_, machine, status, given) => {
    expect(about(machine, status, given)).toBeUndefined();
  });
});

describe('a message says what a person wants to know', () => {
  const record = aRecord({ usdPerHour: 0.125 });

  test('of a maximum cost that does not end it', () => {
    const known = { record: aRecord({ usdPerHour: 0, maxCostUsd: 5 }), evidence: {} };
    expect(about('provision', 'SUCCEEDED', { known })?.text).toMatch(
      /^Cost: .* of \$5\.000? at most, which does not end it: no resource has a price here$/m,
    );
  });

  test('of an environment that is up', () => {
    const output = { url: 'http://dev.elb', commit: 'c0ffee0', validation: '7 passed' };
    const { text } = about('provision', 'SUCCEEDED', {
      ...{ output, input: { reason: 'demo' } },
      known: { record, evidence: { page: PAGE } },
    }) ?? { text: '' };
    expect(text.split('\n')).toEqual([
      'dev: up and validated.',
      '',
      'Address: http://dev.elb',
      'Commit: c0ffee0',
      'Checks: 7 passed',
      expect.stringMatching(/^Scheduled teardown: 2026-01-31 20:00 UTC \(in \d+ h( \d+ min)?\)$/),
      'Cost: about $0.125 an hour, $0.125 so far',
      'Reason: demo',
      'Took: 4 min 10 s',
      `Report: ${PAGE}`,
      `Execution: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arnOf('provision', 'x')}`,
      'Account: 123456789012, eu-west-1',
      '',
      'To tear it down before its time:',
      'npx runbook teardown dev',
    ]);
  });

  test('with a link that opens, and until when', () => {
    const link = { url: 'https://control.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=1', until: start + 2 * HOUR };
    const { text } = about('provision', 'SUCCEEDED', { known: { record, evidence: { page: PAGE, link } } }) ?? {
      text: '',
    };
    expect(text).toContain(`\nReport, opens until 2026-01-31 14:00 UTC: ${link.url}\n`);
    expect(text).not.toContain('s3://');
  });

  test('of a failed check: what was expected and what was observed, once', () => {
    const given = { error: 'States.TaskFailed', cause: 'ValidationFailed: failed: alb-health (503 DOWN)' };
    const message = about('provision', 'FAILED', {
      ...given,
      known: { record: { ...record, status: 'FAILED' }, evidence: unfit, recovery: { owned: true } },
    });
    expect(message?.text).toContain(
      'alb-health: failed\n  expected: 200 and UP\n  observed: 503 DOWN\n  what to do: RDS events; security groups; the API’s log.\n',
    );
    expect(message?.text).toContain('worker-logs: unknown\n');
    expect(message?.text).not.toMatch(/ValidationFailed|backend/);
    expect(message?.text).toMatch(
      /Since: 2026-01-31 12:04 UTC \(55 min 50 s ago\).*cost money until they are torn down.*npx runbook redrive provision:x$/s,
    );
  });

  test('of a deployment that was refused: also what was done about it', () => {
    const message = about('deploy', 'FAILED', {
      ...{ error: 'DeploymentRefused', cause: 'commit b was refused. Commit a is live again' },
      known: { record, evidence: unfit, recovery: { owned: true } },
    });
    expect(message?.text).toMatch(/observed: 503 DOWN.*Commit a is live again.*is as it was before/s);
  });

  test('of a failed build: where its log is', () => {
    const message = about('provision', 'FAILED', { error: 'States.TaskFailed', cause: 'build b:1 is FAILED in BUILD' });
    expect(message?.text).toContain('States.TaskFailed: build b:1 is FAILED in BUILD');
  });

  test('of what is gone: the verdict, the cost, what is kept, and that it is looked for again', () => {
    const output = { status: 'GONE', sweep: 'CLEAN', summary: 'nothing is left', destroyed: 76, unmanaged: 1 };
    const evidence = { page: PAGE, certificate: cleanCertificate };
    const message = about('teardown', 'SUCCEEDED', {
      output,
      known: { evidence, record: aRecord({ status: 'GONE' }) },
    });
    expect(message?.text).toMatch(
      /^dev: torn down: CLEAN\.\n\nnothing is left\.\n\nTerraform managed 76 resources, which the certificate lists as \d+ entr.*AWS confirms \d+ resources? gone: .*\n\nKept on purpose:\n- log-group .*audit/,
    );
    expect(message?.text).toMatch(
      /Managed by Terraform: 76 resources\nUnmanaged resources removed: 1 resource\nCost: about \$[\d.]+ in \d+ min/,
    );
    expect(message?.text).toContain(`Certificate: ${PAGE}`);
    expect(message?.text).toContain('in 1 h and in 24 h');
  });

  test('of what is left: its ARN, its cost, and how to remove it', () => {
    const message = about('sweep', 'FAILED', {
      ...{ error: 'LeftoversFound', cause: '4 left' },
      known: { evidence: { page: PAGE, certificate: leftCertificate } },
    });
    expect(message?.text).toMatch(
      /Left:\n- .*\n- logs log-group arn:aws:logs:\S+\n {2}remove it: aws logs delete-log-group/s,
    );
    expect(message?.text).toMatch(/- ec2 nat-gateway nat-\w+, about \$0\.048 an hour/);
    expect(message?.text).toMatch(/Could not be checked:\n- secretsmanager: AccessDenied/);
  });

  test.each<MachineName>(['provision', 'deploy', 'teardown'])(
    'of a redriven %s that lost the environment: whose it is, and nothing to redrive',
    (machine) => {
      const owner = arnOf('provision', 'next');
      const next = { ...record, owner, ownerMachine: 'provision' as const, protection };
      const given = { redriveCount: 1, error: 'SafetyError', cause: 'taken over' };
      for (const recovery of [{ owned: false }, { owned: false, passedOn: true }]) {
        const text = about(machine, 'FAILED', { ...given, known: { record: next, recovery } })?.text ?? '';
        expect(text).toContain(
          `dev was taken over: it belongs to provision ${owner} since ${next.claimedAt}, and is LIVE, protected until`,
        );
        expect(text).toContain('npx runbook status dev');
        expect(text).not.toContain('npx runbook redrive');
      }
    },
  );

  test('of a teardown that broke off: what to do', () => {
    const message = about('teardown', 'FAILED', { known: { record, recovery: { owned: true } } });
    expect(message?.text).toMatch(/may still exist.*npx runbook redrive teardown:x$/s);
  });
});
