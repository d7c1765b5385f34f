import { describe, expect, test } from 'vitest';
import { type EnvironmentRecord, environmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import { changeLease } from '../../../../lambdas/environment/lease.ts';
import { aRecord, aRequest, arnOf } from '../support/fixtures.ts';
import { FakeRecords } from '../support/records.ts';

const NOW = '2026-01-31T18:00:00Z';
const limits = { maxLifeHours: 72, maxProtectDays: 14 };

function ask(records: FakeRecords, changes: Partial<PreflightRequest>, now = NOW) {
  const machine = changes.machine ?? 'extend';
  const name = changes.execution?.name ?? 'mine';
  const request = aRequest({
    execution: { id: arnOf(machine, name), name, startTime: now },
    reason: 'demo',
    ...changes,
    machine,
  });
  const { loadRecord, updateLease } = records;
  return changeLease(request, limits, { loadRecord, updateLease, now: () => Date.parse(now) });
}

const extend = (records: FakeRecords, hours: number, changes: Partial<PreflightRequest> = {}) =>
  ask(records, { hours, ...changes });
const protect = (records: FakeRecords, until: string | null, changes: Partial<PreflightRequest> = {}) =>
  ask(records, { machine: 'protect', until, ...changes });

describe('extend', () => {
  test('moves the end, and says who moved it, when, from when to when, and why', async () => {
    const records = new FakeRecords(aRecord());
    expect(await extend(records, 4)).toEqual({ expiresAt: '2026-02-01T00:00:00Z', endsAt: '2026-02-01T00:00:00Z' });
    expect(records.record).toEqual(
      aRecord({
        expiresAt: '2026-02-01T00:00:00Z',
        leaseRevision: 1,
        leaseChanges: [
          {
            change: 'extend',
            execution: arnOf('extend', 'mine'),
            at: NOW,
            from: '2026-01-31T20:00:00Z',
            to: '2026-02-01T00:00:00Z',
            reason: 'demo',
          },
        ],
      }),
    );
    expect(environmentRecord.parse(records.record)).toEqual(records.record);
  });

  test.each([10, null])('gives it another maximum cost: %s', async (maxCostUsd) => {
    const records = new FakeRecords(aRecord({ maxCostUsd: 5 }));
    await extend(records, 4);
    expect(records.record?.maxCostUsd).toBe(5);
    await extend(records, 4, { maxCostUsd, execution: { id: arnOf('extend', 'b'), name: 'b', startTime: NOW } });
    expect(records.record?.maxCostUsd).toBe(maxCostUsd);
  });

  test('says when it ends by its cost', async () => {
    const records = new FakeRecords(aRecord({ createdAt: '2026-01-31T12:00:00Z', usdPerHour: 1, maxCostUsd: 9 }));
    expect(await extend(records, 4)).toEqual({ expiresAt: '2026-02-01T00:00:00Z', endsAt: '2026-01-31T21:00:00Z' });
  });

  test('counts from now where the time is over already', async () => {
    const records = new FakeRecords(aRecord({ expiresAt: '2026-01-31T16:00:00Z' }));
    expect((await extend(records, 2)).expiresAt).toBe('2026-01-31T20:00:00Z');
  });

  test('is done once, however often the same execution asks', async () => {
    const records = new FakeRecords(aRecord());
    const first = await extend(records, 4);
    expect(await extend(records, 4)).toEqual(first);
    expect(records.record).toMatchObject({ expiresAt: first.expiresAt, leaseRevision: 1 });
  });

  test('goes as far as the longest life, to the hour', async () => {
    const records = new FakeRecords(aRecord());
    expect((await extend(records, 64)).expiresAt).toBe('2026-02-03T12:00:00Z');
    await expect(extend(new FakeRecords(aRecord()), 65)).rejects.toMatchObject({
      name: 'InputError',
      message:
        'hours 65: environment "dev" was created at 2026-01-31T12:00:00Z and may live 72 hours (MAX_LIFE_HOURS), until 2026-02-03T12:00:00Z at the latest: extend it by 64 hours at most',
    });
  });

  test('has another word for what has no life left', async () => {
    const records = new FakeRecords(aRecord({ expiresAt: '2026-02-03T12:00:00Z' }));
    await expect(extend(records, 1)).rejects.toThrow(/: protect it, or tear it down and provision it again$/);
  });

  test('keeps the last twenty changes', async () => {
    const records = new FakeRecords(aRecord());
    for (let n = 1; n <= 22; n += 1) await extend(records, 1, { execution: anExecution(`e${n}`) });
    expect(records.record?.leaseChanges).toHaveLength(20);
    expect(records.record?.leaseChanges?.at(-1)?.execution).toBe(arnOf('extend', 'e22'));
    expect(records.record?.leaseRevision).toBe(22);
  });

  const teardown = arnOf('teardown', 'other');
  const failed = { machine: 'teardown', status: 'FAILED', at: NOW, execution: teardown };
  test.each<[string, EnvironmentRecord | null, RegExp]>([
    ['of nothing', null, /does not exist/],
    ['of what is gone', aRecord({ status: 'GONE' }), /does not exist/],
    ['of what goes', aRecord({ status: 'TEARING_DOWN', owner: teardown }), /TEARING_DOWN.*runbook-teardown:other/],
    ['of what has half gone', aRecord({ status: 'FAILED', lastFailure: failed, owner: teardown }), /only provisioned/],
  ])('%s is refused', async (_name, record, message) => {
    const records = new FakeRecords(record);
    await expect(extend(records, 1)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
    await expect(protect(records, '2026-02-02')).rejects.toMatchObject({ name: 'InputError' });
    expect(records.record).toEqual(record);
  });

  test.each<[string, Partial<EnvironmentRecord>]>([
    ['is being provisioned', { status: 'PROVISIONING' }],
    ['could not be provisioned', { status: 'FAILED', lastFailure: { ...failed, machine: 'provision' } }],
    ['was only planned to be destroyed', { status: 'LIVE', owner: teardown, ownerMachine: 'teardown' }],
  ])('of what %s is granted', async (_name, changes) => {
    await expect(extend(new FakeRecords(aRecord(changes)), 1)).resolves.toBeDefined();
  });
});

describe('a race', () => {
  test('with a teardown that is faster is lost, and nothing is changed', async () => {
    const records = new FakeRecords(aRecord());
    const taken = aRecord({ status: 'TEARING_DOWN', owner: arnOf('teardown', 'faster'), fencing: 4 });
    records.beforeWrite = () => {
      records.record = taken;
    };
    await expect(extend(records, 1)).rejects.toThrow(/TEARING_DOWN.*faster/);
    expect(records.record).toEqual(taken);
  });

  test('with another extension adds to it', async () => {
    const records = new FakeRecords(aRecord());
    records.beforeWrite = () => {
      records.record = aRecord({ expiresAt: '2026-01-31T22:00:00Z', leaseRevision: 1 });
    };
    expect((await extend(records, 1)).expiresAt).toBe('2026-01-31T23:00:00Z');
    expect(records.record?.leaseRevision).toBe(2);
  });

  test('with a provision that ends meanwhile does not undo its end', async () => {
    const records = new FakeRecords(aRecord({ status: 'PROVISIONING' }));
    records.beforeWrite = () => {
      records.record = aRecord({ status: 'LIVE' });
    };
    await extend(records, 1);
    expect(records.record).toMatchObject({ status: 'LIVE', expiresAt: '2026-01-31T21:00:00Z' });
  });
});

describe('protect', () => {
  test.each([
    ['a time', '2026-02-02T09:30:00Z', '2026-02-02T09:30:00Z'],
    ['a time of another zone', '2026-02-02T09:30:00+01:00', '2026-02-02T08:30:00Z'],
    ['a day, which is its end', '2026-02-02', '2026-02-03T00:00:00Z'],
  ])('until %s', async (_name, until, expected) => {
    const records = new FakeRecords(aRecord());
    expect(await protect(records, until)).toEqual({
      expiresAt: '2026-01-31T20:00:00Z',
      protectedUntil: expected,
      endsAt: expected,
    });
    const by = arnOf('protect', 'mine');
    expect(records.record?.protection).toEqual({ until: expected, by, at: NOW, reason: 'demo' });
    expect(records.record?.leaseChanges).toEqual([
      { change: 'protect', execution: by, at: NOW, to: expected, reason: 'demo' },
    ]);
  });

  test('ends no life early', async () => {
    const result = await protect(new FakeRecords(aRecord()), '2026-01-31T19:00:00Z');
    expect(result).toMatchObject({ protectedUntil: '2026-01-31T19:00:00Z', endsAt: '2026-01-31T20:00:00Z' });
  });

  test('is lifted by null, on record', async () => {
    const records = new FakeRecords(aRecord());
    await protect(records, '2026-02-02', { execution: anExecution('ada') });
    const result = await protect(records, null, { execution: anExecution('ben') });
    expect(result).toEqual({ expiresAt: '2026-01-31T20:00:00Z', endsAt: '2026-01-31T20:00:00Z' });
    expect(records.record?.leaseChanges?.at(-1)).toMatchObject({ from: '2026-02-03T00:00:00Z', to: NOW });
  });

  test.each([
    ['the past', '2026-01-31T17:00:00Z', /is over already: give a later time, or null/],
    [
      'longer than is allowed',
      '2026-02-15',
      /14 days at a time \(MAX_PROTECT_DAYS\), now until 2026-02-14T18:00:00Z at/,
    ],
  ])('until %s is refused', async (_name, until, message) => {
    const records = new FakeRecords(aRecord());
    await expect(protect(records, until)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
    expect(records.record).toEqual(aRecord());
  });
});

function anExecution(name: string) {
  return { id: arnOf('extend', name), name, startTime: NOW };
}
