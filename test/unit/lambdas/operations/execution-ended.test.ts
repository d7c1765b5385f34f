import { describe, expect, test, vi } from 'vitest';
import { type EndedPorts, executionEnded } from '../../../../lambdas/operations/execution-ended.ts';
import type { ExecutionEndedEvent } from '../../../../lambdas/shared/request.ts';
import { ACCOUNT, arnOf } from '../support/fixtures.ts';

const machineArn = (machine: string) => `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:runbook-${machine}`;
const start = Date.parse('2026-01-31T12:00:00Z');
type Detail = ExecutionEndedEvent['detail'];

function event(machine: string, input: object, changes: Partial<Detail> = {}): ExecutionEndedEvent {
  return {
    detail: {
      executionArn: arnOf(machine, 'x'),
      stateMachineArn: machineArn(machine),
      name: 'x',
      status: 'FAILED',
      startDate: start,
      stopDate: start + 95_000,
      input: JSON.stringify(input),
      error: 'ValidationFailed',
      cause: 'alb-health (503)',
      ...changes,
    },
  };
}

async function end(given: ExecutionEndedEvent, owned = true, status = given.detail.status) {
  const ports = {
    executionStatus: vi.fn(async () => status),
    updateIfOwned: vi.fn<EndedPorts['updateIfOwned']>(async () => owned),
    startTeardown: vi.fn<EndedPorts['startTeardown']>(async () => 'arn'),
    publish: vi.fn<EndedPorts['publish']>(async () => {}),
  };
  await executionEnded(given, ports);
  return ports;
}

const dev = { environment: 'dev' };

describe('after a failed provision', () => {
  test('the record says so, and people are told what still costs money', async () => {
    const ports = await end(event('provision', dev));
    expect(ports.updateIfOwned).toHaveBeenCalledWith('dev', arnOf('provision', 'x'), {
      status: 'FAILED',
      lastFailure: {
        machine: 'provision',
        status: 'FAILED',
        at: '2026-01-31T12:01:35Z',
        execution: arnOf('provision', 'x'),
        error: 'ValidationFailed',
        cause: 'alb-health (503)',
      },
    });
    const [subject, message] = ports.publish.mock.calls[0] ?? [];
    expect(subject).toBe('provision of dev failed');
    expect(message).toMatch(/ended as FAILED after 95 seconds.*ValidationFailed: alb-health \(503\).*still exists/s);
    expect(ports.startTeardown).not.toHaveBeenCalled();
  });

  test('the environment goes, when that was asked for, and only once', async () => {
    const given = event('provision', { ...dev, onFailure: 'destroy' });
    const [first, second] = [await end(given), await end(given)];
    expect(first.startTeardown).toHaveBeenCalledWith(expect.stringMatching(/^dev-after-failure-[0-9a-f]{16}$/), {
      environment: 'dev',
      reason: 'provision x is FAILED, onFailure is destroy',
    });
    expect(second.startTeardown.mock.calls[0]?.[0]).toBe(first.startTeardown.mock.calls[0]?.[0]);
    expect(first.publish.mock.calls[0]?.[1]).toMatch(/Teardown dev-after-failure-.* was started/);
  });

  test('of a redrive, another teardown than the first', async () => {
    const input = { ...dev, onFailure: 'destroy' };
    const [first, redriven] = [
      await end(event('provision', input)),
      await end(event('provision', input, { redriveCount: 1 })),
    ];
    expect(redriven.startTeardown.mock.calls[0]?.[0]).not.toBe(first.startTeardown.mock.calls[0]?.[0]);
  });

  test.each<[string, Partial<Detail>, boolean]>([
    ['someone else holds the environment', {}, false],
    ['a teardown stopped it', { status: 'ABORTED', error: 'StoppedByTeardown' }, true],
  ])('nothing is destroyed when %s', async (_name, changes, owned) => {
    const ports = await end(event('provision', { ...dev, onFailure: 'destroy' }, changes), owned);
    expect(ports.startTeardown).not.toHaveBeenCalled();
    expect(ports.publish).toHaveBeenCalled();
  });

  test('that has been redriven since, nothing happens', async () => {
    const ports = await end(event('provision', { ...dev, onFailure: 'destroy' }), true, 'SUCCEEDED');
    expect(ports.updateIfOwned).not.toHaveBeenCalled();
    expect(ports.startTeardown).not.toHaveBeenCalled();
    expect(ports.publish).not.toHaveBeenCalled();
  });

  test('whose input was refused, the record is left alone', async () => {
    const ports = await end(event('provision', { environment: 'Dev; rm -rf /' }, { error: 'InputError' }));
    expect(ports.updateIfOwned).not.toHaveBeenCalled();
    expect(ports.publish.mock.calls[0]?.[0]).toBe('provision of an environment failed');
  });

  test("shows a Lambda's message, not its stack", async () => {
    const cause = JSON.stringify({ errorType: 'ClaimedError', errorMessage: 'held by y', trace: ['at z'] });
    const ports = await end(event('provision', dev, { error: 'ClaimedError', cause }), false);
    expect(ports.publish.mock.calls[0]?.[1]).toMatch(/ClaimedError: held by y\n(?!.*at z).*changed nothing/s);
  });
});

describe('after a failed deployment', () => {
  test.each(['DeploymentRefused', 'PlanRefused'])('that says %s, the environment is what it was', async (error) => {
    const cause = 'commit b was refused: worker: exit 7. Commit a is live again';
    const ports = await end(event('deploy', dev, { error, cause }));
    const [, , changes] = ports.updateIfOwned.mock.calls[0] ?? [];
    expect(changes).toEqual({ lastFailure: expect.objectContaining({ machine: 'deploy', error, cause }) });
    const [subject, message] = ports.publish.mock.calls[0] ?? [];
    expect(subject).toBe('deploy of dev failed');
    expect(message).toMatch(/: commit b was refused: worker: exit 7\. Commit a is live again\n.*as it was before/s);
  });

  test.each<[string, Partial<Detail>]>([
    ['broke off', { error: 'States.TaskFailed' }],
    ['could not be put back', { error: 'RollbackFailed' }],
    ['was stopped', { status: 'ABORTED', error: undefined }],
  ])('that %s, nobody knows what it is', async (_name, changes) => {
    const ports = await end(event('deploy', { ...dev, onFailure: 'destroy' }, changes));
    expect(ports.updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
    expect(ports.publish.mock.calls[0]?.[1]).toMatch(/in part.*Redrive/);
    expect(ports.startTeardown).not.toHaveBeenCalled();
  });

  test('that never began, nothing was changed', async () => {
    const ports = await end(event('deploy', dev, { error: 'ClaimedError' }), false);
    expect(ports.publish.mock.calls[0]?.[1]).toMatch(/changed nothing/);
  });
});

describe('after other executions', () => {
  test.each(['SUCCEEDED', 'RUNNING'])('that are %s, nothing happens', async (status) => {
    const ports = await end(event('teardown', dev, { status }));
    expect(ports.publish).not.toHaveBeenCalled();
  });

  test('a teardown that timed out leaves a failed environment', async () => {
    const ports = await end(event('teardown', dev, { status: 'TIMED_OUT' }));
    expect(ports.updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
    expect(ports.publish.mock.calls[0]).toEqual(['teardown of dev ran out of time', expect.stringMatching(/Redrive/)]);
  });

  test.each<[string, string, object]>([
    ['a teardown that only planned', 'teardown', { ...dev, mode: 'plan' }],
    ['a validation', 'validate', dev],
    ['a sweep', 'sweep', dev],
  ])('%s changes no record', async (_name, machine, input) => {
    const ports = await end(event(machine, input));
    expect(ports.updateIfOwned).not.toHaveBeenCalled();
    expect(ports.publish).toHaveBeenCalled();
  });

  test.each([
    ['extend', 'extend of dev failed', /holds\..*redrive/],
    ['expire', 'expire of overdue environments failed', /still paid for/],
  ])('people are told what %s leaves', async (machine, subject, message) => {
    const ports = await end(event(machine, machine === 'expire' ? {} : dev, { error: 'X' }));
    expect(ports.updateIfOwned).not.toHaveBeenCalled();
    expect(ports.publish.mock.calls[0]).toEqual([subject, expect.stringMatching(message)]);
  });

  test('a machine of someone else is none of our business', async () => {
    const ports = await end(event('x', dev, { stateMachineArn: machineArn('billing') }));
    expect(ports.publish).not.toHaveBeenCalled();
  });
});

describe('after a sweep that is not clean', () => {
  const cause = '1 left: sqs queue q; certificate: s3://control/environments/dev/runs/r/certificate.html';

  test.each([
    ['LeftoversFound', 'sweep of dev found leftovers'],
    ['SweepInconclusive', 'sweep of dev was inconclusive'],
  ])('%s is told with the certificate, and nothing else happens', async (error, subject) => {
    const ports = await end(event('sweep', dev, { error, cause }));
    const [told, message] = ports.publish.mock.calls[0] ?? [];
    expect(told).toBe(subject);
    expect(message).toContain('s3://control/environments/dev/runs/r/certificate.html');
    expect(message).toContain('A sweep changes nothing');
    expect(ports.updateIfOwned).not.toHaveBeenCalled();
  });

  test('the teardown that started it tells the same', async () => {
    const nested = JSON.stringify({ ExecutionArn: arnOf('sweep', 'y'), Error: 'LeftoversFound', Cause: cause });
    const ports = await end(event('teardown', dev, { error: 'States.TaskFailed', cause: nested }));
    expect(ports.publish.mock.calls[0]?.[1]).toContain(`LeftoversFound: ${cause}`);
  });
});
