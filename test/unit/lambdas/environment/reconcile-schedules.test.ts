import { describe, expect, test, vi } from 'vitest';
import { type ExpiryWarningEvent, expiryWarningEvent } from '../../../../lambdas/contracts/payloads/lease.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { sendExpiryWarning } from '../../../../lambdas/environment/expiry-warning.ts';
import {
  type OneTimeSchedule,
  reconcileSchedules,
  scheduleSweeps,
  WHILE_LEFT_HOURS,
} from '../../../../lambdas/environment/reconcile-schedules.ts';
import { aRecord, aRequest, arnOf, RUN } from '../support/fixtures.ts';

const NOW = '2026-01-31T12:00:00Z';
const TEARDOWN = 'order-platform-dev-v3-teardown';
const WARNING = 'order-platform-dev-v3-warning';

function setUp(record: EnvironmentRecord | null, warnMinutes: readonly number[] = [30]) {
  const state = { record };
  const schedules = new Map<string, OneTimeSchedule>();
  const put = vi.fn(async (oneTimeSchedule: OneTimeSchedule) => {
    schedules.set(oneTimeSchedule.name, oneTimeSchedule);
  });
  const ports = {
    loadRecord: async () => structuredClone(state.record),
    put,
    remove: async (name: string) => {
      schedules.delete(name);
    },
    now: () => Date.parse(NOW),
  };
  return {
    state,
    schedules,
    put,
    keep: () => reconcileSchedules(aRequest(), warnMinutes, ports),
    end: (...afterHours: number[]) => scheduleSweeps(aRequest(), afterHours, ports),
  };
}

const protectedUntil = (until: string) => ({ protection: { until, by: arnOf('protect', 'a'), at: NOW, reason: 'x' } });

describe('the schedules of an environment', () => {
  test('tear it down at its end, and warn before', async () => {
    const { schedules, keep } = setUp(aRecord());
    expect(await keep()).toEqual({ teardownAt: '2026-01-31T20:00:00Z', warnAt: '2026-01-31T19:30:00Z' });
    expect(schedules.get(TEARDOWN)).toMatchObject({
      at: '2026-01-31T20:00:00Z',
      target: {
        machine: 'teardown',
        input: { environment: 'dev', onlyIfExpired: true, reason: 'its time is over' },
      },
    });
    expect(schedules.get(WARNING)).toMatchObject({
      at: '2026-01-31T19:30:00Z',
      target: {
        function: { environment: 'dev', endsAt: '2026-01-31T20:00:00Z', teardownAt: '2026-01-31T20:00:00Z' },
      },
    });
  });

  test.each<[hours: number, reminders: string[]]>([
    [48, ['02-01T12:00', '02-02T10:00', '02-02T11:30']],
    [24.02, ['01-31T12:02', '02-01T10:02', '02-01T11:32']],
    [24, ['02-01T10:00', '02-01T11:30']],
    [8, ['01-31T18:00', '01-31T19:30']],
    [2, ['01-31T13:30']],
    [0.5, []],
  ])('remind before an end in %d h as often as fits', async (hours, reminders) => {
    const expiresAt = new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();
    const { state, schedules, keep } = setUp(aRecord({ expiresAt }), [30, 1440, 120]);
    const result = await keep();
    const times = () =>
      [...schedules.values()].flatMap(({ at, target }) => ('function' in target ? [at.slice(5, 16)] : [])).sort();
    expect(times()).toEqual(reminders);
    expect(result.warnAt?.slice(5, 16)).toBe(reminders[0]);
    // The reminders move with the end. No reminder of the old end remains.
    state.record = aRecord({ expiresAt: '2026-01-31T13:00:00Z' });
    await keep();
    expect(times()).toEqual(['01-31T12:30']);
    state.record = null;
    await keep();
    expect(schedules.size).toBe(0);
  });

  test.each(['2026-01-31T20:00:00Z', '2026-01-31T20:00:01Z', '2026-01-31T20:00:59Z'])(
    'deliver a warning for an end at %s that is sent',
    async (expiresAt) => {
      const record = aRecord({ expiresAt });
      const { schedules, keep } = setUp(record);
      const { teardownAt } = await keep();
      const target = schedules.get(WARNING)?.target as { function: ExpiryWarningEvent };
      const messages: string[] = [];
      const ports = {
        loadRecord: async () => record,
        publish: async ({ text }: { text: string }) => void messages.push(text),
        now: () => Date.parse('2026-01-31T19:30:00Z'),
      };
      expect(
        await sendExpiryWarning(
          expiryWarningEvent.parse(target.function),
          { product: 'p', topicArn: 'arn:aws:sns:eu-west-1:123456789012:t', maxLifeHours: 72 },
          ports,
        ),
      ).toEqual({ warned: true });
      const at = teardownAt?.slice(0, 16).replace('T', ' ');
      expect(messages).toEqual([expect.stringContaining(`Scheduled teardown: ${at} UTC (in `)]);
    },
  );

  test.each<[string, Partial<EnvironmentRecord>, string, string | undefined]>([
    [
      'its protection, when that is later',
      protectedUntil('2026-02-02T00:00:00Z'),
      '2026-02-02T00:00:00Z',
      '02-01T23:30',
    ],
    [
      'its time, when its protection ends before',
      protectedUntil('2026-01-31T13:00:00Z'),
      '2026-01-31T20:00:00Z',
      '31T19:30',
    ],
    ['soon, when its time is over', { expiresAt: '2026-01-31T11:00:00Z' }, '2026-01-31T12:05:00Z', undefined],
    [
      'its time, unannounced when that is near',
      { expiresAt: '2026-01-31T12:30:00Z' },
      '2026-01-31T12:30:00Z',
      undefined,
    ],
  ])('follow %s', async (_name, changes, teardownAt, warnAt) => {
    const { schedules, keep } = setUp(aRecord(changes));
    const result = await keep();
    expect(result.teardownAt).toBe(teardownAt);
    expect(schedules.get(TEARDOWN)?.at).toBe(teardownAt);
    if (warnAt) expect(result.warnAt).toContain(warnAt);
    else expect(schedules.has(WARNING)).toBe(false);
  });

  test.each([
    ['2026-01-31T18:00:00.000Z', '2026-01-31T18:00:00Z', '2026-01-31T17:30:00Z'],
    ['2026-01-31T18:00:00.001Z', '2026-01-31T18:01:00Z', '2026-01-31T17:31:00Z'],
    ['2026-01-31T18:00:59.999Z', '2026-01-31T18:01:00Z', '2026-01-31T17:31:00Z'],
  ])('are never early: an end at %s is torn down at %s', async (expiresAt, teardownAt, warnAt) => {
    const { keep } = setUp(aRecord({ expiresAt }));
    expect(await keep()).toEqual({ teardownAt, warnAt });
  });

  test('lose a warning that is too late by now', async () => {
    const { state, schedules, keep } = setUp(aRecord());
    await keep();
    state.record = aRecord({ expiresAt: '2026-01-31T12:20:00Z' });
    expect(await keep()).toEqual({ teardownAt: '2026-01-31T12:20:00Z' });
    expect([...schedules.keys()]).toEqual([TEARDOWN]);
  });

  test.each([null, aRecord({ status: 'GONE' })])('go with it', async (record) => {
    const { state, schedules, keep } = setUp(aRecord());
    await keep();
    state.record = record;
    expect(await keep()).toEqual({});
    expect(schedules.size).toBe(0);
  });

  test('are sweeps, once it is gone, in which nothing else goes on', async () => {
    const { schedules, keep, end } = setUp(aRecord());
    await keep();
    const sweepsAt = ['2026-01-31T13:00:00Z', '2026-02-01T12:00:00Z'];
    expect(await end(1, 24)).toEqual({ sweepsAt });
    const again = WHILE_LEFT_HOURS.map((hours) => `${RUN}-sweep-${hours}h`);
    expect([...schedules.keys()]).toEqual([`${RUN}-sweep-1h`, `${RUN}-sweep-24h`, ...again]);
    for (const name of again) expect(schedules.get(name)?.target).toMatchObject({ input: { onlyIfLeft: true } });
    expect(schedules.get(again.at(-1) ?? '')?.at).toBe('2026-02-28T12:00:00Z');
    expect(schedules.get(`${RUN}-sweep-24h`)).toMatchObject({
      at: sweepsAt[1],
      target: {
        machine: 'sweep',
        input: { environment: 'dev', run: RUN, keepBackend: false, provenance: true },
      },
    });
    // A redrive makes the same call again.
    expect(await end(1, 24)).toEqual({ sweepsAt });
  });

  test('end as the last change of the record says, in whatever order they are written', async () => {
    const { state, schedules, put, keep } = setUp(aRecord());
    put.mockImplementationOnce(async (oneTimeSchedule) => {
      state.record = aRecord({ expiresAt: '2026-01-31T23:00:00Z', leaseRevision: 1 });
      schedules.set(oneTimeSchedule.name, oneTimeSchedule);
    });
    expect((await keep()).teardownAt).toBe('2026-01-31T23:00:00Z');
    expect(schedules.get(TEARDOWN)?.at).toBe('2026-01-31T23:00:00Z');
  });

  test('are not left behind by a teardown that ended meanwhile', async () => {
    const { state, schedules, put, keep } = setUp(aRecord());
    put.mockImplementation(async (oneTimeSchedule) => {
      state.record = aRecord({ status: 'GONE' });
      schedules.set(oneTimeSchedule.name, oneTimeSchedule);
    });
    expect(await keep()).toEqual({});
    expect(schedules.size).toBe(0);
  });
});
