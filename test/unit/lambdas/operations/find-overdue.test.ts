import { describe, expect, test } from 'vitest';
import { findOverdue } from '../../../../lambdas/operations/find-overdue.ts';
import type { EnvironmentRecord } from '../../../../lambdas/shared/record.ts';
import { aRecord, arnOf, RUN } from '../support/fixtures.ts';

const NOW = '2026-02-01T03:00:30Z';
const execution = { id: arnOf('expire', 'x'), name: 'x', startTime: NOW };
const teardown = arnOf('teardown', 'other');

function find(records: EnvironmentRecord[], input: object = {}, status = 'RUNNING', malformed: string[] = []) {
  return findOverdue(
    { input: { ...input }, execution },
    {
      listRecords: async () => ({ records, malformed }),
      executionStatus: async () => status,
      now: () => Date.parse(NOW),
    },
  );
}

const keep = (until: string) => ({ protection: { until, by: arnOf('protect', 'a'), at: NOW, reason: 'x' } });

describe('what is overdue', () => {
  test.each<[string, Partial<EnvironmentRecord>, 'due' | 'spared' | 'living' | 'ignored']>([
    ['live, and over', {}, 'due'],
    ['failed, and over', { status: 'FAILED' }, 'due'],
    ['still being provisioned, and over', { status: 'PROVISIONING' }, 'due'],
    ['in its time', { expiresAt: '2026-02-01T03:01:00Z' }, 'living'],
    ['gone', { status: 'GONE' }, 'ignored'],
    ['over, and protected', keep('2026-02-02T00:00:00Z'), 'spared'],
    ['over, and protected until just now', keep('2026-02-01T03:00:30Z'), 'due'],
    ['in its time, and protected', { expiresAt: '2026-02-01T04:00:00Z', ...keep('2026-02-02T00:00:00Z') }, 'spared'],
    ['over, and in the hands of a teardown', { owner: teardown, ownerMachine: 'teardown' }, 'spared'],
    ['over, and in the hands of a provision', { owner: arnOf('provision', 'p') }, 'due'],
  ])('%s', async (_name, changes, expected) => {
    const { due, spared, living } = await find([aRecord(changes)]);
    const found = due.length ? 'due' : spared.length ? 'spared' : living ? 'living' : 'ignored';
    expect(found).toBe(expected);
  });

  test.each(['FAILED', 'ABORTED', 'MISSING'])('is what a %s teardown has left', async (status) => {
    const record = aRecord({ status: 'TEARING_DOWN', owner: teardown, ownerMachine: 'teardown' });
    expect((await find([record], {}, status)).due).toHaveLength(1);
  });

  test('is given the oldest first, each with the name that its teardown has at this time', async () => {
    const records = [aRecord(), aRecord({ environment: 'old', run: 'old-run', expiresAt: '2026-01-01T00:00:00Z' })];
    expect((await find(records, { at: '2026-02-01T03:00:00Z' })).due).toEqual([
      { environment: 'old', expiresAt: '2026-01-01T00:00:00Z', name: 'old-run-overdue-20260201T0300' },
      { environment: 'dev', expiresAt: '2026-01-31T20:00:00Z', name: `${RUN}-overdue-20260201T0300` },
    ]);
  });

  test('has names that Step Functions takes, for the longest environment', async () => {
    const environment = 'e'.repeat(21);
    const { due } = await find([aRecord({ environment, run: `${environment}-20260131T120000-abc123` })]);
    expect(due[0]?.name).toMatch(/^[\w-]{1,80}$/);
    // What the teardown puts behind it for its sweep.
    expect(`${due[0]?.name.slice(0, 68)}-sweep-1000`.length).toBeLessThanOrEqual(80);
    expect(due[0]?.name.length).toBeLessThanOrEqual(68);
  });

  test('does not hide what cannot be read', async () => {
    expect((await find([aRecord()], {}, 'FAILED', ['broken'])).spared).toEqual([
      { environment: 'broken', why: 'its record cannot be read' },
    ]);
  });

  test('is not looked for with an input that is not understood', async () => {
    await expect(find([], { at: 'noon' })).rejects.toMatchObject({ name: 'InputError' });
    await expect(find([], { all: true })).rejects.toThrow('unknown key "all"');
  });
});
