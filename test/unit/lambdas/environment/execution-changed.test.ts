import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { ExecutionChangedEvent } from '../../../../lambdas/contracts/payloads/execution-changed.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { ReportLink } from '../../../../lambdas/contracts/report-link.ts';
import {
  type ChangedPorts,
  type DescribedExecution,
  executionChanged,
} from '../../../../lambdas/environment/execution-changed.ts';
import { ACCOUNT, aRecord, arnOf } from '../support/fixtures.ts';

const machineArn = (machine: string) => `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:runbook-${machine}`;
const start = Date.parse('2026-01-31T12:00:00Z');
type Detail = ExecutionChangedEvent['detail'];

function event(machine: string, input: object, changes: Partial<Detail> = {}): ExecutionChangedEvent {
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

interface Around {
  owned?: boolean;
  described?: Partial<DescribedExecution> | undefined;
  record?: EnvironmentRecord | null;
  failing?: 'keepMessage' | 'writeBoard';
  page?: string;
  link?: ReportLink;
  order?: string[];
  unsent?: boolean;
}

function failUnless(well: boolean): void {
  if (!well) throw new Error('AccessDenied');
}

async function change(given: ExecutionChangedEvent, around: Around = {}) {
  const { owned = true, record = aRecord({ status: 'PROVISIONING' }), page, link } = around;
  const described = { status: given.detail.status, redriveCount: given.detail.redriveCount ?? 0 };
  const ports = {
    product: 'order-platform',
    linkTo: vi.fn<ChangedPorts['linkTo']>(async () => link),
    describeExecution: vi.fn(async () =>
      'described' in around && !around.described ? undefined : { ...described, ...around.described },
    ),
    loadRecord: vi.fn(async () => record),
    updateIfOwned: vi.fn<ChangedPorts['updateIfOwned']>(async () => owned),
    readEvidence: vi.fn<ChangedPorts['readEvidence']>(async () => (page ? { page } : {})),
    startTeardown: vi.fn<ChangedPorts['startTeardown']>(async () => 'arn'),
    publish: vi.fn<ChangedPorts['publish']>(async () => {
      around.order?.push('publish');
      if (around.unsent) throw new Error('SNS');
    }),
    emit: vi.fn<ChangedPorts['emit']>(() => void around.order?.push('emit')),
    keepMessage: vi.fn<ChangedPorts['keepMessage']>(async () => failUnless(around.failing !== 'keepMessage')),
    writeBoard: vi.fn<ChangedPorts['writeBoard']>(async () => failUnless(around.failing !== 'writeBoard')),
    warn: vi.fn(),
    now: () => start + 100_000,
  };
  await executionChanged(given, ports);
  const { subject = '', text: message = '' } = ports.publish.mock.calls[0]?.[0] ?? {};
  return { ...ports, subject, message };
}

const dev = { environment: 'dev' };
const destroy = { ...dev, onFailure: 'destroy' };

describe('after a failed provision', () => {
  test('the record says so, and a message says what still costs money', async () => {
    const { updateIfOwned, startTeardown, message } = await change(event('provision', dev));
    expect(updateIfOwned).toHaveBeenCalledWith('dev', arnOf('provision', 'x'), {
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
    expect(message).toMatch(/ValidationFailed: alb-health \(503\).*cost money until they are torn down/s);
    expect(startTeardown).not.toHaveBeenCalled();
  });

  test('the environment goes, when that was asked for, and only once', async () => {
    const given = event('provision', destroy);
    const [first, second] = [await change(given), await change(given)];
    expect(first.startTeardown).toHaveBeenCalledWith(expect.stringMatching(/^dev-after-failure-[0-9a-f]{16}$/), {
      environment: 'dev',
      afterFailureOf: { execution: given.detail.executionArn, redriveCount: 0 },
      reason: 'provision x is FAILED, and onFailure is "destroy"',
    });
    expect(second.startTeardown.mock.calls[0]?.[0]).toBe(first.startTeardown.mock.calls[0]?.[0]);
    expect(first.message).toMatch(/Teardown dev-after-failure-.* was started/);
  });

  test('of a redrive, another teardown than the first', async () => {
    const [first, redriven] = [
      await change(event('provision', destroy)),
      await change(event('provision', destroy, { redriveCount: 1 })),
    ];
    expect(redriven.startTeardown.mock.calls[0]?.[0]).not.toBe(first.startTeardown.mock.calls[0]?.[0]);
  });

  test.each<[string, Partial<Detail>, boolean]>([
    ['someone else holds the environment', {}, false],
    ['a teardown stopped it', { status: 'ABORTED', error: 'StoppedByTeardown' }, true],
  ])('nothing is destroyed when %s', async (_name, changes, owned) => {
    const { startTeardown, publish } = await change(event('provision', destroy, changes), { owned });
    expect(startTeardown).not.toHaveBeenCalled();
    expect(publish).toHaveBeenCalled();
  });

  test.each([
    ['is protected', '2026-01-31T13:00:00Z', 0],
    ['was protected', '2026-01-31T12:00:01Z', 1],
  ])(
    'a teardown that protection would refuse is not started, and people are notified: %s',
    async (_, until, started) => {
      const by = arnOf('protect', 'p');
      const record = aRecord({
        status: 'PROVISIONING',
        protection: { until, by, at: '2026-01-31T12:00:00Z', reason: 'demo' },
      });
      const { startTeardown, updateIfOwned, message } = await change(event('provision', destroy), { record });
      expect(startTeardown).toHaveBeenCalledTimes(started);
      expect(updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
      if (started === 0) expect(message).toMatch(/not torn down, although onFailure.*protected until .*13:00.*"demo"/s);
    },
  );

  test('whose input was refused, the record is left alone', async () => {
    const given = event('provision', { environment: 'Dev; rm -rf /' }, { error: 'InputError' });
    const { updateIfOwned, subject } = await change(given);
    expect(updateIfOwned).not.toHaveBeenCalled();
    expect(subject).toBe('order-platform 123456789012 eu-west-1: provision failed');
  });

  test("shows a Lambda's message, not its stack", async () => {
    const cause = JSON.stringify({ errorType: 'EnvironmentLockedError', errorMessage: 'held by y', trace: ['at z'] });
    const { message } = await change(event('provision', dev, { error: 'EnvironmentLockedError', cause }), {
      owned: false,
    });
    expect(message).toMatch(/EnvironmentLockedError: held by y\n(?!.*at z).*changed nothing/s);
  });
});

describe('after a provision whose plan was refused', () => {
  const refused = { error: 'PlanRefused', cause: 'the plan of dev was refused: too dear' };
  const mark = createHash('sha256').update(arnOf('provision', 'x')).digest('hex').slice(0, 6);
  const first = aRecord({ status: 'PROVISIONING', run: `dev-20260131T120000-${mark}` });

  test.each([{}, { onFailure: 'keep' }, { onFailure: 'destroy' }])(
    'what was made for a first one goes: %j',
    async (more) => {
      const ports = await change(event('provision', { ...dev, ...more }, refused), { record: first });
      expect(ports.updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
      expect(ports.startTeardown.mock.calls[0]?.[1].reason).toBe(
        'provision x is FAILED, and its first plan was refused',
      );
      expect(ports.subject).toBe('order-platform dev 123456789012 eu-west-1: the plan was refused');
      expect(ports.message).toMatch(/too dear.*Teardown dev-after-failure-.* because its first plan was refused/s);
    },
  );

  test.each(['keep', 'destroy'])('what lived before lives on, whatever onFailure says: %s', async (onFailure) => {
    const ports = await change(event('provision', { ...dev, onFailure }, refused), { record: aRecord() });
    const [, , changes] = ports.updateIfOwned.mock.calls[0] ?? [];
    expect(changes).toEqual({ lastFailure: expect.objectContaining({ error: 'PlanRefused' }) });
    expect(ports.startTeardown).not.toHaveBeenCalled();
    expect(ports.message).toContain('Environment dev is as it was before.');
  });

  test('what was put back lives on, although its schedule was not', async () => {
    const given = event('provision', destroy, { error: 'DependencyError', cause: 'scheduler' });
    const ports = await change(given, { record: aRecord() });
    expect(ports.updateIfOwned.mock.calls[0]?.[2]).not.toHaveProperty('status');
    expect(ports.startTeardown).not.toHaveBeenCalled();
    expect(ports.message).toMatch(/as it was before.*redrive/s);
  });

  test('what nobody has put back is no longer called live', async () => {
    const record = aRecord({ status: 'PROVISIONING' });
    const ports = await change(event('provision', dev, refused), { record });
    expect(ports.updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
    expect(ports.startTeardown).not.toHaveBeenCalled();
  });

  test('what is protected stays', async () => {
    const by = arnOf('protect', 'p');
    const protection = { until: '2026-02-01T12:00:00Z', by, at: '2026-01-31T12:00:00Z', reason: 'demo' };
    const ports = await change(event('provision', dev, refused), { record: { ...first, protection } });
    expect(ports.startTeardown).not.toHaveBeenCalled();
    expect(ports.message).toMatch(/not torn down, although its first plan was refused: .*protected until/);
  });
});

describe('events come late, twice and out of order', () => {
  test.each<[string, Partial<Detail>, Partial<DescribedExecution> | undefined]>([
    ['an end, of what was redriven since', { status: 'FAILED' }, { status: 'RUNNING', redriveCount: 1 }],
    ['a beginning, of what has ended since', { status: 'RUNNING' }, { status: 'SUCCEEDED' }],
    ['an end, of what nobody knows any more', { status: 'FAILED' }, undefined],
  ])('nothing happens at %s', async (_, changes, described) => {
    const ports = await change(event('provision', destroy, changes), { described });
    expect(ports.updateIfOwned).not.toHaveBeenCalled();
    expect(ports.startTeardown).not.toHaveBeenCalled();
    expect(ports.publish).not.toHaveBeenCalled();
  });

  test('an end counts although Step Functions does not know it yet', async () => {
    const { updateIfOwned, publish } = await change(event('provision', dev), { described: { status: 'RUNNING' } });
    expect(updateIfOwned).toHaveBeenCalled();
    expect(publish).toHaveBeenCalled();
  });

  test('an end that was dealt with before says no more than that', async () => {
    const execution = arnOf('provision', 'x');
    const lastFailure = { machine: 'provision', status: 'FAILED', at: '2026-01-31T12:01:35Z', execution };
    const around = { owned: false, record: aRecord({ status: 'TEARING_DOWN', lastFailure }) };
    const { startTeardown, message } = await change(event('provision', destroy), around);
    expect(startTeardown).not.toHaveBeenCalled();
    expect(message).toMatch(/taken over: it belongs to provision .*npx runbook status dev/s);
    expect(message).not.toMatch(/changed nothing|still exists/);
  });

  test('what an event left out, because it was too large, is asked for', async () => {
    const input = JSON.stringify(destroy);
    const failed = await change(event('provision', {}, { input: null }), { described: { input } });
    expect(failed.startTeardown).toHaveBeenCalled();
    const output = JSON.stringify({ status: 'GONE', sweep: 'CLEAN', summary: 'nothing is left' });
    const ended = { status: 'SUCCEEDED', input: null, output: null, error: null, cause: null };
    const { subject } = await change(event('teardown', {}, ended), { described: { input, output } });
    expect(subject).toBe('order-platform dev 123456789012 eu-west-1: torn down: CLEAN');
  });
});

describe('that a failure was handled, so that no alarm repeats it, is counted', () => {
  test.each<[string, ExecutionChangedEvent, Around, number]>([
    ['when people were notified', event('provision', dev), {}, 1],
    [
      'when whoever waits for it tells',
      event('validate', { ...dev, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: arnOf('provision', 'p') }),
      {},
      1,
    ],
    ['when it was redriven since', event('provision', dev), { described: { status: 'RUNNING', redriveCount: 1 } }, 1],
    ['not of a success', event('provision', dev, { status: 'SUCCEEDED' }), {}, 0],
    ['not of a beginning', event('provision', dev, { status: 'RUNNING' }), {}, 0],
  ])('%s', async (_, given, around, times) => {
    const { emit } = await change(given, around);
    expect(emit.mock.calls).toEqual(times ? [[[{ metric: 'FailuresHandled', value: 1 }]]] : []);
  });

  test('only after the message was sent', async () => {
    const order: string[] = [];
    await change(event('provision', dev), { order });
    expect(order).toEqual(['publish', 'emit']);
    await expect(change(event('provision', dev), { order, unsent: true })).rejects.toThrow('SNS');
    expect(order).toEqual(['publish', 'emit', 'publish']);
  });
});

describe('a link to the page', () => {
  const page = 's3://control/environments/dev/runs/r/validations/v/report.html';
  const link = { url: 'https://signed', until: start + 3_600_000 };

  test('is in the message, and is made for none that nobody reads', async () => {
    const told = await change(event('validate', dev), { page, link });
    expect(told.linkTo.mock.calls).toEqual([[page]]);
    expect(told.message).toContain('Report, opens until 2026-01-31 13:00 UTC: https://signed\n');
    const nested = { ...dev, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: arnOf('provision', 'p') };
    expect((await change(event('validate', nested), { page, link })).linkTo).not.toHaveBeenCalled();
  });

  test('that cannot be made leaves where the page is kept', async () => {
    expect((await change(event('validate', dev), { page })).message).toContain(`Report: ${page}\n`);
  });
});

test('a cause as long as a build may give keeps its beginning, its command and its log', async () => {
  const FAILURE = `aws_subnet.a: ${'used by others, '.repeat(130)}Next: aws ec2 describe-x`.slice(-2_000);
  const Build = {
    ...{ Id: 'b:5', BuildStatus: 'FAILED', Logs: { DeepLink: `https://logs/${'$252F'.repeat(40)}end` } },
    ExportedEnvironmentVariables: [{ Name: 'FAILURE', Value: FAILURE }],
  };
  const cause = JSON.stringify({ Build });
  const { updateIfOwned, message } = await change(event('teardown', dev, { error: 'States.TaskFailed', cause }));
  const [, , changes] = updateIfOwned.mock.calls[0] ?? [];
  for (const text of [changes?.lastFailure?.cause ?? '', message]) {
    expect(text).toContain('build b:5 is FAILED: ');
    expect(text).toContain('Next: aws ec2 describe-x; its log: https://logs/');
    expect(text).toContain('$252Fend');
  }
  expect(message).toContain(FAILURE);
  expect(changes?.lastFailure?.cause).toMatch(/ … \(\d+ more characters\) … /);
  expect(changes?.lastFailure?.cause?.length).toBeLessThanOrEqual(1_000);
});

describe('after a failed deployment', () => {
  test.each(['DeploymentRefused', 'PlanRefused'])('that says %s, the environment is what it was', async (error) => {
    const cause = 'commit b was refused: worker: exit 7. Commit a is live again';
    const { updateIfOwned, message } = await change(event('deploy', dev, { error, cause }));
    const [, , changes] = updateIfOwned.mock.calls[0] ?? [];
    expect(changes).toEqual({ lastFailure: expect.objectContaining({ machine: 'deploy', error, cause }) });
    expect(message).toMatch(/: commit b was refused: worker: exit 7\. Commit a is live again\n.*as it was before/s);
  });

  test.each<[string, Partial<Detail>]>([
    ['broke off', { error: 'States.TaskFailed' }],
    ['could not be put back', { error: 'RollbackFailed' }],
    ['was stopped', { status: 'ABORTED', error: undefined }],
  ])('that %s, nobody knows what it is', async (_name, changes) => {
    const { updateIfOwned, startTeardown, message } = await change(event('deploy', destroy, changes));
    expect(updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
    expect(message).toMatch(/partly updated.*redrive/s);
    expect(startTeardown).not.toHaveBeenCalled();
  });
});

describe('after other executions', () => {
  test('a teardown that timed out leaves a failed environment', async () => {
    const { updateIfOwned, message } = await change(event('teardown', dev, { status: 'TIMED_OUT' }));
    expect(updateIfOwned.mock.calls[0]?.[2]).toMatchObject({ status: 'FAILED' });
    expect(message).toMatch(/npx runbook redrive /);
  });

  test.each<[string, string, object]>([
    ['a teardown that only planned', 'teardown', { ...dev, mode: 'plan' }],
    ['a validation', 'validate', dev],
    ['a sweep', 'sweep', dev],
    ['what was refused a longer life', 'extend', dev],
    ['the nightly look', 'expire', {}],
  ])('%s changes no record', async (_name, machine, input) => {
    const { updateIfOwned, publish } = await change(event(machine, input));
    expect(updateIfOwned).not.toHaveBeenCalled();
    expect(publish).toHaveBeenCalled();
  });

  test('a machine of someone else is none of our business', async () => {
    const { publish } = await change(event('x', dev, { stateMachineArn: machineArn('billing') }));
    expect(publish).not.toHaveBeenCalled();
  });

  test('what it has found is read from where its end says that it is', async () => {
    const cause = JSON.stringify({ Error: 'LeftoversFound', Cause: '1 left; certificate: s3://c/environments/d.html' });
    const { readEvidence } = await change(event('teardown', dev, { error: 'States.TaskFailed', cause }));
    expect(readEvidence).toHaveBeenCalledWith(cause);
  });
});

describe('the pages', () => {
  test('follow each message, which is kept with its run', async () => {
    const { publish, keepMessage, writeBoard, subject, message } = await change(event('provision', dev));
    expect(publish).toHaveBeenCalledOnce();
    expect(keepMessage).toHaveBeenCalledExactlyOnceWith('dev', aRecord().run, {
      ...{ at: '2026-01-31T12:01:40Z', subject, text: message, execution: arnOf('provision', 'x') },
    });
    expect(writeBoard).toHaveBeenCalledExactlyOnceWith('dev');
  });

  test('are written when an execution begins, and for one that is about no environment', async () => {
    const begun = await change(event('extend', dev, { status: 'RUNNING', stopDate: null, error: null, cause: null }));
    expect(begun.writeBoard).toHaveBeenCalledExactlyOnceWith('dev');
    const expire = await change(event('expire', {}));
    expect(expire.writeBoard).toHaveBeenCalledExactlyOnceWith(undefined);
  });

  test.each(['keepMessage', 'writeBoard'] as const)('fail nothing (%s)', async (name) => {
    const { publish, warn } = await change(event('provision', dev), { failing: name });
    expect(publish).toHaveBeenCalledOnce();
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('AccessDenied'));
  });
});
