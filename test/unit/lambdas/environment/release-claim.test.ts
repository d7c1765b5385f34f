import { describe, expect, test } from 'vitest';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import { claim } from '../../../../lambdas/environment/claim.ts';
import { releaseClaim } from '../../../../lambdas/environment/release-claim.ts';
import { newRun } from '../../../../lambdas/environment/runs.ts';
import { aRecord, aRequest, arnOf } from '../support/fixtures.ts';
import { FakeRecords } from '../support/records.ts';

const NEXT = { commit: 'bbbbbbb', expiresAt: '2026-02-01T12:00:00Z', variables: { task_cpu: 512 } };

/** Claims an environment for a provision. The plan of the provision is then refused. */
async function claimed(
  before: EnvironmentRecord | null,
  meanwhile: (records: FakeRecords) => void = () => {},
  asked: Partial<PreflightRequest> = {},
) {
  const records = new FakeRecords(before);
  const own = newRun('dev', aRequest().execution);
  const forecast = before && before.status !== 'GONE' ? before.run : own;
  const request = aRequest({ ...NEXT, ...asked, run: forecast, record: before && structuredClone(before) });
  const { fencing, run } = await claim(
    { request, redrive: 0 },
    {
      ...{ loadRecord: records.loadRecord, replaceRecord: records.replaceRecord, touchRecord: records.touchRecord },
      describeExecution: async () => ({ status: 'SUCCEEDED', redriveCount: 0 }),
      unfinishedBuilds: async () => [],
      stopExecution: async () => {},
      buildsInProgress: async () => [],
      copyBundle: async () => {},
      writeInputs: async () => {},
      bundleSha256: 'b'.repeat(64),
      now: () => Date.parse('2026-01-31T13:00:00Z'),
    },
  );
  const event = { request: { ...request, run }, fencing, redrive: 0 };
  meanwhile(records);
  const undo = () =>
    releaseClaim(event, {
      loadRecord: records.loadRecord,
      revert: (previous, changes) => records.updateLease(previous, changes),
    });
  return { records, undo, claimedAs: structuredClone(records.record) };
}

describe('the record of a refused provision says again what it said before', () => {
  test.each(['LIVE', 'FAILED'] as const)('of an environment that was %s', async (status) => {
    const before = aRecord({ status, bundleSha256: 'e'.repeat(64), variables: { task_cpu: 256 } });
    const { records, undo, claimedAs } = await claimed(before);
    expect(claimedAs).toMatchObject({ status: 'PROVISIONING', ...NEXT });
    expect(claimedAs?.bundleKey).not.toBe(before.bundleKey);
    expect(await undo()).toEqual({ restored: true });
    const { status: is, commit, expiresAt, bundleKey, bundleSha256, run, variables } = before;
    expect(records.record).toMatchObject({ status: is, commit, expiresAt, bundleKey, bundleSha256, run, variables });
  });

  test.each([undefined, arnOf('provision', 'earlier')])(
    'with the provision that had not applied: %s',
    async (began) => {
      const { records, undo, claimedAs } = await claimed(aRecord(began === undefined ? {} : { provisionBegan: began }));
      expect(claimedAs?.provisionBegan).toBe(claimedAs?.owner);
      await undo();
      expect(records.record?.provisionBegan).toBe(began);
    },
  );

  test.each([undefined, null, 5])('with the limit of its cost that it had: %s', async (maxCostUsd) => {
    const before = aRecord(maxCostUsd === undefined ? {} : { maxCostUsd });
    const { records, undo, claimedAs } = await claimed(before, undefined, { maxCostUsd: 9 });
    expect(claimedAs?.maxCostUsd).toBe(9);
    await undo();
    expect(records.record?.maxCostUsd ?? null).toBe(maxCostUsd ?? null);
  });

  test('but for an end that was moved since', async () => {
    const moved = '2026-02-02T12:00:00Z';
    const { records, undo } = await claimed(aRecord(), ({ record }) =>
      Object.assign(record ?? {}, { expiresAt: moved, leaseRevision: 1 }),
    );
    expect(await undo()).toEqual({ restored: true });
    expect(records.record).toMatchObject({ status: 'LIVE', expiresAt: moved });
  });
});

describe('a record is left alone', () => {
  test.each([
    ['of a life that the provision began', null],
    ['of one that it began after another', aRecord({ status: 'GONE' })],
  ])('%s', async (_, before) => {
    const { records, undo, claimedAs } = await claimed(before);
    expect(claimedAs?.run).toBe(newRun('dev', aRequest().execution));
    expect(await undo()).toEqual({ restored: false });
    expect(records.record).toEqual(claimedAs);
  });

  test('when what preflight has read is not what was claimed', async () => {
    const records = new FakeRecords(aRecord({ fencing: 9, status: 'PROVISIONING' }));
    const request = aRequest({ record: aRecord({ fencing: 3 }) });
    const ports = { loadRecord: records.loadRecord, revert: records.updateLease };
    expect(await releaseClaim({ request, fencing: 9, redrive: 0 }, ports)).toEqual({ restored: false });
  });

  test('when someone else has claimed it since', async () => {
    const { undo } = await claimed(aRecord(), ({ record }) =>
      Object.assign(record ?? {}, { owner: arnOf('teardown', 't'), fencing: 5 }),
    );
    await expect(undo()).rejects.toMatchObject({ name: 'SafetyError', message: expect.stringContaining('taken over') });
  });

  test('and tried again when its end is moved at that moment', async () => {
    const { records, undo } = await claimed(aRecord());
    records.beforeWrite = () => Object.assign(records.record ?? {}, { leaseRevision: 1 });
    await expect(undo()).rejects.toMatchObject({ name: 'DependencyError' });
    expect(await undo()).toEqual({ restored: true });
  });
});
