import { describe, expect, test, vi } from 'vitest';
import { STOPPED_BY_TEARDOWN } from '../../../../lambdas/contracts/execution-errors.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import { type ClaimPorts, claim as claimAs } from '../../../../lambdas/environment/claim.ts';
import { nextRecord } from '../../../../lambdas/environment/next-record.ts';
import { aRecord, aRequest, arnOf, fakeClock, RUN, sdkError } from '../support/fixtures.ts';
import { FakeRecords } from '../support/records.ts';

const NOW = '2026-01-31T12:00:00Z';
const mine = aRequest().execution.id;
const other = arnOf('provision', 'earlier');

function setUp(
  record: EnvironmentRecord | null,
  statuses: Record<string, string> = {},
  builds: string[] = [],
  redrives: Record<string, number> = {},
) {
  const records = new FakeRecords(record);
  const unfinished = new Set<string>();
  const ports = {
    loadRecord: records.loadRecord,
    replaceRecord: vi.fn(records.replaceRecord),
    touchRecord: records.touchRecord,
    describeExecution: vi.fn(async (arn: string) => {
      const status = statuses[arn] ?? 'FAILED';
      return status === 'MISSING' ? undefined : { status, redriveCount: redrives[arn] ?? 0 };
    }),
    stopExecution: vi.fn(async (arn: string) => {
      statuses[arn] = 'ABORTED';
    }),
    buildsInProgress: vi.fn(async () => builds),
    unfinishedBuilds: vi.fn(async (ids: string[]) => ids.filter((id) => unfinished.has(id))),
    copyBundle: vi.fn(async () => {}),
    writeInputs: vi.fn(async () => {}),
    bundleSha256: DEPLOYED,
    now: fakeClock().now,
  } satisfies ClaimPorts;
  return { records, ports, unfinished };
}

const claim = (request: PreflightRequest, ports: ClaimPorts, redrive = 0) => claimAs({ request, redrive }, ports);

const teardown = (changes: Partial<PreflightRequest> = {}) =>
  aRequest({
    machine: 'teardown',
    mode: 'destroy',
    execution: { id: arnOf('teardown', 'mine'), name: 'mine', startTime: NOW },
    ...changes,
  });

describe('claim of an environment whose record preflight did not have', () => {
  const earlier = aRecord({ createdAt: '2026-01-28T12:00:00Z' });
  const refusal = /created at 2026-01-28T12:00:00Z.*told that it has no record.*Start a new execution/;

  test.each([aRequest(), teardown(), aRequest({ machine: 'deploy' })])('is refused to a $machine', async (request) => {
    const { records, ports } = setUp(earlier, { [other]: 'SUCCEEDED' });
    await expect(claim(request, ports)).rejects.toMatchObject({
      name: 'SafetyError',
      message: expect.stringMatching(refusal),
    });
    expect(records.record).toEqual(earlier);
  });

  test('is granted when its life began after that, or is over', async () => {
    for (const record of [aRecord({ createdAt: '2026-01-31T12:00:01Z' }), { ...earlier, status: 'GONE' as const }]) {
      const { ports } = setUp(record, { [other]: 'SUCCEEDED' });
      expect(await claim(aRequest(), ports)).toMatchObject({ fencing: 4 });
    }
  });
});
const DEPLOYED = 'd'.repeat(64);
const EARLIER = 'e'.repeat(64);

describe('claim of a provision', () => {
  test('creates the record of an environment that never was', async () => {
    const { records, ports } = setUp(null);
    const result = await claim(aRequest({ expiresAt: '2026-01-31T20:00:00Z' }), ports);
    expect(result).toMatchObject({ run: RUN, fencing: 1, keys: { base: `environments/dev/runs/${RUN}` } });
    expect(records.record).toMatchObject({
      status: 'PROVISIONING',
      owner: mine,
      ownerMachine: 'provision',
      createdAt: NOW,
      createdBy: mine,
      expiresAt: '2026-01-31T20:00:00Z',
    });
    expect(ports.copyBundle).toHaveBeenCalledWith(result.keys.bundle, false);
  });

  test('keeps the variables that it was given, and none of an earlier provision', async () => {
    const { records, ports } = setUp(null);
    const { inputs, keys } = await claim(aRequest({ variables: { task_cpu: 512 } }), ports);
    expect(inputs).toBe('given');
    expect(keys.inputs).toBe(`environments/dev/runs/${RUN}/1/inputs.tfvars.json`);
    expect(ports.writeInputs).toHaveBeenCalledExactlyOnceWith(keys.inputs, { task_cpu: 512 });
    expect(records.record?.variables).toEqual({ task_cpu: 512 });

    const again = setUp(aRecord({ variables: { task_cpu: 512 } }), { [other]: 'SUCCEEDED' });
    expect(await claim(aRequest(), again.ports)).toMatchObject({ inputs: 'none' });
    expect(again.ports.writeInputs).not.toHaveBeenCalled();
    expect(again.records.record?.variables).toEqual({});
  });

  test.each(['deploy', 'teardown'] as const)('and a %s goes on with them', async (machine) => {
    const { records, ports } = setUp(aRecord({ variables: { task_cpu: 512 } }), { [other]: 'SUCCEEDED' });
    const { inputs, keys } = await claim(aRequest({ machine, record: records.record }), ports);
    expect(inputs).toBe('given');
    expect(ports.writeInputs).toHaveBeenCalledExactlyOnceWith(keys.inputs, { task_cpu: 512 });
    expect(records.record?.variables).toEqual({ task_cpu: 512 });
  });

  test.each(['RUNNING', 'PENDING_REDRIVE'])('is refused while the owner is %s', async (status) => {
    const { records, ports } = setUp(aRecord(), { [other]: status });
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({
      name: 'EnvironmentLockedError',
      message: `environment "dev" is held by provision ${other} since ${NOW}: wait for it, or stop it with aws stepfunctions stop-execution --execution-arn ${other}`,
    });
    expect(records.record).toEqual(aRecord());
    expect(ports.copyBundle).not.toHaveBeenCalled();
  });

  test.each(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'MISSING'])(
    'takes over from a %s owner',
    async (status) => {
      const long = { createdAt: '2026-01-31T02:00:00Z', createdBy: other, claimedAt: '2026-01-31T11:50:00Z' };
      const { records, ports } = setUp(aRecord(long), { [other]: status });
      expect(await claim(aRequest({ record: aRecord(long) }), ports)).toMatchObject({ run: RUN, fencing: 4 });
      expect(records.record).toMatchObject({
        owner: mine,
        status: 'PROVISIONING',
        createdAt: '2026-01-31T02:00:00Z',
        createdBy: other,
      });
    },
  );

  test('does not take over when the owner cannot be asked', async () => {
    const { records, ports } = setUp(aRecord());
    ports.describeExecution.mockRejectedValue(sdkError('AccessDeniedException', 400));
    await expect(claim(aRequest(), ports)).rejects.toThrow('AccessDeniedException');
    expect(records.record).toEqual(aRecord());
  });

  test('waits for a build that outlives its execution', async () => {
    const { records, ports } = setUp(aRecord(), { [other]: 'ABORTED' }, ['runbook-terraform:1']);
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringContaining('runbook-terraform:1'),
    });
    expect(records.record).toEqual(aRecord());
  });

  test('gives the same answer to the same execution, which does not wait for its own builds', async () => {
    const { records, ports } = setUp(aRecord({ owner: mine }), { [mine]: 'RUNNING' }, ['runbook-terraform:1']);
    expect(await claim(aRequest(), ports)).toMatchObject({ run: RUN, fencing: 3 });
    expect(records.record).toEqual(aRecord({ owner: mine, redrive: 0, activity: 1 }));
  });

  test('begins a new life after the last one, and forgets what that one had', async () => {
    const { records, ports } = setUp(aRecord({ status: 'GONE' }));
    const result = await claim(aRequest({ run: 'dev-20260201T000000-000000' }), ports);
    expect(result).toMatchObject({ run: 'dev-20260201T000000-000000', fencing: 4 });
    expect(records.record).not.toHaveProperty('outputs');
    expect(records.record?.createdAt).toBe(NOW);
  });

  test('begins a new life even when the old one ended since preflight', async () => {
    const { ports } = setUp(aRecord({ status: 'GONE' }));
    const { run } = await claim(aRequest({ run: RUN }), ports);
    expect(run).not.toBe(RUN);
  });

  test('keeps the run of the record, not the one that preflight foresaw', async () => {
    const { ports } = setUp(aRecord({ status: 'FAILED' }));
    expect((await claim(aRequest({ run: 'dev-20260201T000000-000000' }), ports)).run).toBe(RUN);
  });
});

describe('the maximum cost of an environment', () => {
  test.each<[string, Partial<PreflightRequest>, Partial<EnvironmentRecord>, number | null | undefined]>([
    ['is what a provision gives', { maxCostUsd: 5 }, {}, 5],
    ['stays, when a provision says nothing of it', {}, { maxCostUsd: 5 }, 5],
    ['is lifted by null', { maxCostUsd: null }, { maxCostUsd: 5 }, null],
    ['is that of its own life', {}, { maxCostUsd: 5, status: 'GONE' }, undefined],
    ['is no deployment’s to change', { machine: 'deploy' }, { maxCostUsd: 5 }, 5],
  ])('%s', (_, asked, before, limit) => {
    const previous = aRecord(before);
    const next = nextRecord(aRequest({ ...asked, record: previous }), previous, Date.parse(NOW), 'b'.repeat(64));
    expect(next.maxCostUsd).toBe(limit);
  });
});

describe('a backend that is to stay', () => {
  const of = (machine: 'provision' | 'deploy' | 'teardown', changes: Partial<PreflightRequest> = {}) =>
    aRequest({ machine, ...changes });
  test.each<[string, PreflightRequest, Partial<EnvironmentRecord> | null, boolean | undefined]>([
    ['by the configuration, when it is provisioned', of('provision', { keepBackend: true }), null, true],
    ['by its teardown', of('teardown', { keepBackend: true }), {}, true],
    ['until a teardown is not to keep it', of('teardown', { keepBackend: false }), { keptBackend: true }, false],
    ['for as long as it lives, whatever is deployed', of('provision'), { keptBackend: true }, true],
    ['and a deployment changes nothing of that', of('deploy'), { keptBackend: true }, true],
    ['and a plan changes nothing of that', of('teardown', { mode: 'plan', keepBackend: true }), {}, undefined],
    ['no longer than its life', of('provision'), { keptBackend: true, status: 'GONE' }, undefined],
  ])('is on the record %s', (_, request, before, kept) => {
    const previous = before && aRecord(before);
    const next = nextRecord({ ...request, record: previous }, previous, Date.parse(NOW), 'b'.repeat(64));
    expect(next.keptBackend).toBe(kept);
  });
});

describe('what builds may run', () => {
  const before = aRecord({ bundleSha256: EARLIER });
  const of = (machine: 'provision' | 'deploy' | 'teardown', changes: Partial<PreflightRequest> = {}) =>
    aRequest({ machine, execution: { id: arnOf(machine, 'mine'), name: 'mine', startTime: NOW }, ...changes });

  test.each([
    ['a first provision', of('provision'), null, DEPLOYED],
    ['a provision of what is there', of('provision'), before, DEPLOYED],
    ['a deployment', of('deploy'), before, EARLIER],
    ['a teardown', of('teardown'), before, EARLIER],
    ['a teardown of what is gone', of('teardown'), aRecord({ status: 'GONE', bundleSha256: EARLIER }), DEPLOYED],
    ['a teardown by an older record', of('teardown'), aRecord(), 'unknown'],
  ])('of %s is on the record, and in the answer', async (_, request, record, sha256) => {
    const { records, ports } = setUp(record);
    expect(await claim({ ...request, record }, ports)).toMatchObject({ bundleSha256: sha256 });
    expect(records.record).toMatchObject({ bundleSha256: sha256 });
  });

  test('is not replaced by an execution that claims again, whatever has been deployed since', async () => {
    const { records, ports } = setUp(aRecord({ owner: mine, bundleSha256: EARLIER }), { [mine]: 'RUNNING' });
    expect(await claim(aRequest(), ports)).toMatchObject({ bundleSha256: EARLIER });
    expect(records.record).toMatchObject({ bundleSha256: EARLIER });
    expect(ports.copyBundle).toHaveBeenCalledWith(records.record?.bundleKey, true);
  });
});

describe('claim of a deployment', () => {
  const deployment = aRequest({
    machine: 'deploy',
    commit: 'feedbee',
    execution: { id: arnOf('deploy', 'mine'), name: 'mine', startTime: NOW },
  });

  test.each(['LIVE', 'FAILED'] as const)(
    'leaves everything about a %s environment as it is, but its owner',
    async (status) => {
      const { records, ports } = setUp(aRecord({ status }));
      const request = { ...deployment, record: aRecord({ status }) };
      expect(await claim(request, ports)).toMatchObject({ run: RUN, fencing: 4 });
      const owner = { owner: deployment.execution.id, ownerMachine: 'deploy', fencing: 4, claimedAt: NOW, redrive: 0 };
      expect(records.record).toEqual({ ...aRecord({ status }), ...owner, bundleSha256: 'unknown' });
      // The configuration that created the environment stays the one that will destroy it.
      expect(ports.copyBundle).toHaveBeenCalledWith(records.record?.bundleKey, true);
    },
  );

  test('is refused beside a provision', async () => {
    const { ports } = setUp(aRecord(), { [other]: 'RUNNING' });
    await expect(claim(deployment, ports)).rejects.toMatchObject({ name: 'EnvironmentLockedError' });
    expect(ports.stopExecution).not.toHaveBeenCalled();
  });

  test.each(['GONE', 'TEARING_DOWN'] as const)(
    'is refused when the environment is %s since preflight',
    async (status) => {
      const { records, ports } = setUp(aRecord({ status }));
      await expect(claim(deployment, ports)).rejects.toMatchObject({ name: 'InputError' });
      expect(records.record).toEqual(aRecord({ status }));
    },
  );

  /** After a refusal, the deployment would restore what preflight found live. */
  test.each<[string, Partial<EnvironmentRecord>]>([
    ['another deployment has ended', { commit: 'bbbbbbb', activity: 9 }],
    ['another deployment has ended, and was the only one to write', { commit: 'bbbbbbb' }],
    ['another deployment was refused, and put back what was live', { activity: 9 }],
    ['somebody has planned its teardown', { fencing: 9, owner: arnOf('teardown', 'plan'), ownerMachine: 'teardown' }],
    ['it has another life', { run: 'dev-20260131T110000-fedcba' }],
  ])('is refused when %s since preflight', async (_, since) => {
    const { records, ports } = setUp(aRecord(since));
    const request = { ...deployment, record: aRecord() };
    await expect(claim(request, ports)).rejects.toMatchObject({
      name: 'SafetyError',
      message: /has changed.*new execution/,
    });
    expect(records.record).toEqual(aRecord(since));
  });

  test('is granted although somebody has moved the end since preflight', async () => {
    const { ports } = setUp(aRecord({ leaseRevision: 2, expiresAt: '2026-02-01T00:00:00Z' }));
    await expect(claim({ ...deployment, record: aRecord() }, ports)).resolves.toMatchObject({ fencing: 4 });
  });
});

describe('an owner that may not be over', () => {
  test.each([
    ['whose status nobody knows', 'HIBERNATING', 'EnvironmentLockedError', 'is held by'],
    ['that Step Functions does not know yet', 'MISSING', 'NotReadyError', 'does not know'],
  ])('%s keeps the environment', async (_, status, name, message) => {
    const { records, ports } = setUp(aRecord(), { [other]: status });
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    expect(records.record).toEqual(aRecord());
  });

  test('that a description of before its redrive calls over keeps the environment', async () => {
    const record = aRecord({ redrive: 2 });
    const early = setUp(record, { [other]: 'FAILED' }, [], { [other]: 1 });
    await expect(claim(aRequest(), early.ports)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringContaining(`end of ${other} before its redrive 2`),
    });
    expect(early.records.record).toEqual(record);
    const late = setUp(record, { [other]: 'FAILED' }, [], { [other]: 2 });
    await expect(claim(aRequest(), late.ports)).resolves.toMatchObject({ fencing: 4 });
  });

  test('that is redriven between the look at it and the write is not taken over from', async () => {
    const { records, ports } = setUp(aRecord());
    records.beforeWrite = () => {
      void records.touchRecord('dev', { owner: other, fencing: 3, redrive: 1 });
      ports.describeExecution.mockResolvedValue({ status: 'RUNNING', redriveCount: 1 });
    };
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({ name: 'EnvironmentLockedError' });
    expect(records.record).toMatchObject({ owner: other, fencing: 3, redrive: 1 });
  });

  test('is waited for as long as one of its builds is at work, whatever the list of builds says', async () => {
    const work = [
      'build 2026-01-31T21:00:00.000Z runbook-terraform:7',
      'build 2026-01-31T11:00:00.000Z runbook-terraform:1',
    ];
    const { records, ports, unfinished } = setUp(aRecord({ work }));
    unfinished.add('runbook-terraform:7').add('runbook-terraform:1');
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringMatching(/^waiting for runbook-terraform:7, still/),
    });
    unfinished.delete('runbook-terraform:7');
    await claim(aRequest(), ports);
    expect(records.record).toMatchObject({ fencing: 4 });
    expect(records.record?.work).toBeUndefined();
  });

  test('is waited for until the time of its function is over', async () => {
    const { ports } = setUp(
      aRecord({ work: ['function 2026-01-31T12:00:01.000Z a', 'function 2026-01-31T11:59:59.000Z b'] }),
    );
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringContaining(
        `a function of provision ${other} may be at work until 2026-01-31T12:00:01.000Z`,
      ),
    });
    const over = setUp(aRecord({ work: ['function 2026-01-31T12:00:00.000Z a'] }));
    await expect(claim(aRequest(), over.ports)).resolves.toMatchObject({ fencing: 4 });
  });

  test('its plans lie under another number than those of the next owner', async () => {
    const { keys } = await claim(aRequest(), setUp(aRecord()).ports);
    expect(keys).toMatchObject({ plan: `${keys.base}/4/stack.tfplan`, destroyPlan: `${keys.base}/4/destroy.tfplan` });
  });
});

describe('a race', () => {
  const winner = arnOf('provision', 'winner');

  test('for a new record has one winner, and the error of the other names it', async () => {
    const { records, ports } = setUp(null, { [winner]: 'RUNNING' });
    records.beforeWrite = () => {
      records.record = aRecord({ owner: winner, fencing: 1 });
    };
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({
      name: 'EnvironmentLockedError',
      message: expect.stringContaining(winner),
    });
    expect(records.record?.owner).toBe(winner);
  });

  test('for a dead owner has one winner, even when the owner comes back under its own name', async () => {
    const { records, ports } = setUp(aRecord(), { [other]: 'FAILED' });
    records.beforeWrite = () => {
      records.record = aRecord({ fencing: 4 });
      ports.describeExecution.mockResolvedValue({ status: 'RUNNING', redriveCount: 0 });
    };
    await expect(claim(aRequest(), ports)).rejects.toMatchObject({ name: 'EnvironmentLockedError' });
    expect(records.record?.fencing).toBe(4);
  });
});

describe('claim of what is protected', () => {
  const by = arnOf('protect', 'ada');
  const protection = { until: '2026-02-02T00:00:00Z', by, at: NOW, reason: 'demo on Monday' };

  test('for a teardown is refused with who, until when, why, and how to lift it', async () => {
    const { records, ports } = setUp(aRecord({ protection }), { [other]: 'RUNNING' });
    await expect(claim(teardown(), ports)).rejects.toMatchObject({
      name: 'SafetyError',
      message: `environment "dev" is protected until 2026-02-02T00:00:00Z by ${by}, because "demo on Monday": wait, or lift it with npx runbook protect dev --lift --reason '…'`,
    });
    expect(ports.stopExecution).not.toHaveBeenCalled();
    expect(records.record).toEqual(aRecord({ protection }));
  });

  test.each<[string, Partial<PreflightRequest>]>([
    ['a provision, which keeps it protected', { machine: 'provision' }],
    ['a teardown that only plans', teardown({ mode: 'plan' })],
  ])('is granted to %s', async (_name, changes) => {
    const { records, ports } = setUp(aRecord({ protection }));
    await claim(aRequest(changes), ports);
    expect(records.record?.protection).toEqual(protection);
  });

  test('is granted to a teardown when the protection is over', async () => {
    const { records, ports } = setUp(aRecord({ protection: { ...protection, until: NOW } }));
    const { run, fencing } = aRecord();
    expect(await claim(teardown(), ports)).toMatchObject({ run, fencing: fencing + 1 });
    expect(records.record).toMatchObject({ status: 'TEARING_DOWN', owner: teardown().execution.id });
  });

  test('is refused when someone protects it at the last moment', async () => {
    const { records, ports } = setUp(aRecord());
    records.beforeWrite = () => {
      records.record = aRecord({ protection, leaseRevision: 1 });
    };
    await expect(claim(teardown(), ports)).rejects.toMatchObject({ name: 'SafetyError' });
    expect(records.record).toEqual(aRecord({ protection, leaseRevision: 1 }));
  });
});

describe('claim of a teardown of what has expired', () => {
  const expired = () => teardown({ onlyIfExpired: true });
  const over = { expiresAt: NOW };
  const owner = arnOf('teardown', 'earlier');

  test('is granted when the time is over', async () => {
    const { records, ports } = setUp(aRecord(over));
    expect(await claim(expired(), ports)).toMatchObject({ fencing: 4 });
    expect(records.record?.status).toBe('TEARING_DOWN');
  });

  test('is granted without a record, for what exists counts', async () => {
    const { records, ports } = setUp(null);
    expect(await claim(expired(), ports)).toMatchObject({ run: RUN, fencing: 1 });
    expect(records.record).toMatchObject({ status: 'TEARING_DOWN', owner: expired().execution.id });
  });

  test.each<[string, Partial<EnvironmentRecord>, Record<string, string>, RegExp]>([
    ['in its time', {}, {}, /lives until 2026-01-31T20:00:00Z/],
    [
      'protected',
      { ...over, protection: { until: '2026-02-02T00:00:00Z', by: owner, at: NOW, reason: 'x' } },
      {},
      /is protected until 2026-02-02/,
    ],
    ['gone', { ...over, status: 'GONE' }, {}, /is gone already/],
    ['going', { ...over, owner, ownerMachine: 'teardown' }, { [owner]: 'RUNNING' }, /held by teardown/],
  ])('spares what is %s', async (_name, changes, statuses, message) => {
    const { records, ports } = setUp(aRecord(changes), statuses);
    await expect(claim(expired(), ports)).rejects.toMatchObject({
      name: 'NotExpiredError',
      message: expect.stringMatching(message),
    });
    expect(records.record).toEqual(aRecord(changes));
  });

  test.each<[string, Partial<EnvironmentRecord>, string]>([
    ['its time is over in a minute', { expiresAt: '2026-01-31T12:01:00Z' }, 'NotReadyError'],
    ['its time is over in more than a minute', { expiresAt: '2026-01-31T12:01:01Z' }, 'NotExpiredError'],
    [
      'its protection ends in a minute',
      { ...over, protection: { until: '2026-01-31T12:01:00Z', by: owner, at: NOW, reason: 'x' } },
      'NotReadyError',
    ],
    ['it is gone', { expiresAt: '2026-01-31T12:01:00Z', status: 'GONE' }, 'NotExpiredError'],
  ])('that comes early waits: %s', async (_name, changes, name) => {
    const { ports } = setUp(aRecord(changes));
    await expect(claim(expired(), ports)).rejects.toMatchObject({ name });
  });

  test('spares what is extended at the last moment', async () => {
    const { records, ports } = setUp(aRecord(over));
    const extended = aRecord({ expiresAt: '2026-01-31T14:00:00Z', leaseRevision: 1 });
    records.beforeWrite = () => {
      records.record = extended;
    };
    await expect(claim(expired(), ports)).rejects.toMatchObject({ name: 'NotExpiredError' });
    expect(records.record).toEqual(extended);
  });
});

describe('claim of a teardown that follows a failure', () => {
  const failed = arnOf('provision', 'failed');
  const following = (redriveCount = 0) => teardown({ afterFailureOf: { execution: failed, redriveCount } });
  const owned = (owner = failed) => aRecord({ owner, status: 'FAILED' });

  test('is granted while the failed execution is the owner, and stops nobody', async () => {
    const { records, ports } = setUp(owned());
    await claim(following(), ports);
    expect(records.record).toMatchObject({ status: 'TEARING_DOWN', owner: following().execution.id });
    expect(ports.stopExecution).not.toHaveBeenCalled();
  });

  test.each<[string, EnvironmentRecord, Record<string, string>, Record<string, number>, string, RegExp]>([
    ['another provision owns it', owned(other), { [other]: 'RUNNING' }, {}, 'NotExpiredError', /belongs to provision/],
    [
      'another provision has ended',
      owned(other),
      { [other]: 'SUCCEEDED' },
      {},
      'NotExpiredError',
      /belongs to provision/,
    ],
    ['it was redriven', owned(), { [failed]: 'RUNNING' }, { [failed]: 1 }, 'NotExpiredError', /was redriven/],
    ['its end is not reported yet', owned(), { [failed]: 'RUNNING' }, {}, 'NotReadyError', /does not report the end/],
  ])('changes nothing when %s', async (_name, record, statuses, redrives, name, message) => {
    const { records, ports } = setUp(record, statuses, [], redrives);
    await expect(claim(following(), ports)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    expect(records.record).toEqual(record);
    expect(ports.stopExecution).not.toHaveBeenCalled();
  });

  test('spares an environment that changes hands at the last moment', async () => {
    const { records, ports } = setUp(owned());
    const taken = aRecord({ owner: other, ownerMachine: 'provision', fencing: 4, status: 'PROVISIONING' });
    records.beforeWrite = () => {
      records.record = taken;
    };
    await expect(claim(following(), ports)).rejects.toMatchObject({ name: 'NotExpiredError' });
    expect(records.record).toEqual(taken);
  });
});

describe('claim of a teardown', () => {
  test.each(['provision', 'deploy'] as const)('stops a live %s and takes over', async (ownerMachine) => {
    const { records, ports } = setUp(aRecord({ ownerMachine }), { [other]: 'RUNNING' });
    expect(await claim(teardown(), ports)).toMatchObject({ run: RUN, fencing: 4 });
    expect(ports.stopExecution).toHaveBeenCalledWith(other, STOPPED_BY_TEARDOWN, expect.stringContaining('dev'));
    expect(records.record).toMatchObject({ status: 'TEARING_DOWN', ownerMachine: 'teardown', commit: 'abcdef1' });
    expect(ports.copyBundle).toHaveBeenCalledWith(records.record?.bundleKey, true);
  });

  test('waits while the provision does not stop', async () => {
    const { records, ports } = setUp(aRecord(), { [other]: 'RUNNING' });
    ports.stopExecution.mockResolvedValue();
    await expect(claim(teardown(), ports)).rejects.toMatchObject({ name: 'NotReadyError' });
    expect(records.record).toEqual(aRecord());
  });

  test('waits for the build of the provision that it stopped', async () => {
    const { records, ports } = setUp(aRecord(), { [other]: 'RUNNING' }, ['runbook-terraform:1']);
    await expect(claim(teardown(), ports)).rejects.toMatchObject({ name: 'NotReadyError' });
    expect(records.record).toEqual(aRecord());
  });

  test('is refused beside another teardown', async () => {
    const owner = arnOf('teardown', 'earlier');
    const { ports } = setUp(aRecord({ owner, ownerMachine: 'teardown' }), { [owner]: 'RUNNING' });
    await expect(claim(teardown(), ports)).rejects.toMatchObject({ name: 'EnvironmentLockedError' });
    expect(ports.stopExecution).not.toHaveBeenCalled();
  });

  test('makes a record for an environment without one', async () => {
    const { records, ports } = setUp(null);
    expect(await claim(teardown(), ports)).toMatchObject({ fencing: 1 });
    expect(records.record?.status).toBe('TEARING_DOWN');
  });

  test('that only plans stops nobody, and leaves the status alone', async () => {
    const { ports } = setUp(aRecord(), { [other]: 'RUNNING' });
    await expect(claim(teardown({ mode: 'plan' }), ports)).rejects.toMatchObject({ name: 'EnvironmentLockedError' });
    expect(ports.stopExecution).not.toHaveBeenCalled();

    const quiet = setUp(aRecord());
    await claim(teardown({ mode: 'plan' }), quiet.ports);
    expect(quiet.records.record).toMatchObject({ status: 'LIVE', fencing: 4 });
  });
});
