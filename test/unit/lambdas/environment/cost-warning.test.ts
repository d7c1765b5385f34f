import { describe, expect, test, vi } from 'vitest';
import { endOf, reasonNotExpired, scheduledEnd } from '../../../../lambdas/contracts/lease.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { costEnd, costSoFar } from '../../../../lambdas/contracts/spending.ts';
import { type CostWarningPorts, warnOfCost } from '../../../../lambdas/environment/cost-warning.ts';
import { aRecord, arnOf } from '../support/fixtures.ts';

const HOUR = 3_600_000;
/** The record was created at this time. It expires eight hours later. */
const start = Date.parse('2026-01-31T12:00:00Z');
const at = (hours: number) => new Date(start + hours * HOUR).toISOString().replace('.000', '');
const priced = (changes: Partial<EnvironmentRecord> = {}) => aRecord({ createdAt: at(0), usdPerHour: 0.5, ...changes });
const protectedUntil = (hours: number) => ({
  protection: { until: at(hours), by: arnOf('protect', 'p'), at: at(0), reason: 'demo' },
});

describe('what an environment has cost', () => {
  test('is its price since its creation, and since its last price where that changed', () => {
    expect(costSoFar(priced(), start + 3 * HOUR)).toBe(1.5);
    expect(costSoFar(priced({ spent: { usd: 4, at: at(2) } }), start + 3 * HOUR)).toBe(4.5);
    expect(costSoFar(aRecord(), start)).toBeUndefined();
  });

  test.each<[string, Partial<EnvironmentRecord>, number | undefined]>([
    ['no limit', {}, undefined],
    ['a limit that was lifted', { maxCostUsd: null }, undefined],
    ['no price', { usdPerHour: undefined, maxCostUsd: 1 }, undefined],
    ['nothing that costs anything', { usdPerHour: 0, maxCostUsd: 1 }, undefined],
    ['a limit', { maxCostUsd: 2 }, 4],
    ['a limit, of which some was spent at another price', { maxCostUsd: 2, spent: { usd: 1.5, at: at(2) } }, 3],
    ['a limit that was spent at another price', { maxCostUsd: 2, spent: { usd: 9, at: at(2) } }, 2],
  ])('with %s ends it at the hour %3$s', (_, changes, hours) => {
    expect(costEnd(priced(changes))).toBe(hours === undefined ? undefined : start + hours * HOUR);
  });
});

describe('the end of an environment', () => {
  test.each<[string, Partial<EnvironmentRecord>, number]>([
    ['its time', { maxCostUsd: 100 }, 8],
    ['its cost, when that is first', { maxCostUsd: 2 }, 4],
    ['its protection, whatever it costs', { maxCostUsd: 2, ...protectedUntil(20) }, 20],
    ['its cost, when its protection is over before', { maxCostUsd: 2, ...protectedUntil(1) }, 4],
  ])('is %s', (_, changes, hours) => {
    expect(endOf(priced({ expiresAt: at(8), ...changes }))).toBe(start + hours * HOUR);
  });

  test('by its cost makes it due, and moves no schedule', () => {
    const record = priced({ expiresAt: at(8), maxCostUsd: 2 });
    expect(reasonNotExpired(record, start + 4 * HOUR - 1)).toMatch(/lives until 2026-01-31T16:00:00Z/);
    expect(reasonNotExpired(record, start + 4 * HOUR)).toBeUndefined();
    expect(scheduledEnd(record)).toBe(start + 8 * HOUR);
    const kept = { ...record, ...protectedUntil(20) };
    expect(reasonNotExpired(kept, start + 5 * HOUR)).toMatch(/is protected until/);
  });
});

async function warn(record: EnvironmentRecord, hours: number) {
  const publish = vi.fn<CostWarningPorts['publish']>(async () => {});
  const markWarned = vi.fn<CostWarningPorts['markWarned']>(async () => true);
  const about = { product: 'order-platform', accountId: '123456789012', region: 'eu-west-1' };
  const warned = await warnOfCost(record, start + hours * HOUR, { about, publish, markWarned });
  expect(publish).toHaveBeenCalledTimes(warned ? 1 : 0);
  return { message: publish.mock.calls[0]?.[0], marked: markWarned.mock.calls[0]?.[1] };
}

describe('people are warned of its cost', () => {
  const limited = priced({ expiresAt: at(8), maxCostUsd: 2 });

  test('at 80 % of what it may cost, with the command that raises that', async () => {
    const { message, marked } = await warn(limited, 3.2);
    expect(message?.subject).toBe('order-platform dev 123456789012 eu-west-1: has cost $1.60 of $2.00');
    expect(message?.text).toContain('Maximum cost reached: 2026-01-31 16:00 UTC (in 48 min)');
    expect(message?.text).toContain('of $2.00 at most');
    expect(message?.text).toMatch(/npx runbook extend dev --hours 1 --max-cost 4 --reason 'still needed'$/);
    expect(marked).toEqual({ share: 0.8, maxCostUsd: 2 });
  });

  test('once more, when a protection keeps what has cost all of it', async () => {
    const kept = { ...limited, ...protectedUntil(20), costWarned: { share: 0.8, maxCostUsd: 2 } };
    const { message, marked } = await warn(kept, 5);
    expect(message?.text).toContain('is not torn down for its cost before the protection ends');
    expect(marked).toEqual({ share: 1, maxCostUsd: 2 });
    expect((await warn({ ...kept, costWarned: { share: 1, maxCostUsd: 2 } }, 6)).message).toBeUndefined();
  });

  test('again, of another limit', async () => {
    const raised = { ...limited, maxCostUsd: 4, costWarned: { share: 0.8, maxCostUsd: 2 } };
    expect((await warn(raised, 3.2)).message).toBeUndefined();
    expect((await warn(raised, 6.4)).marked).toEqual({ share: 0.8, maxCostUsd: 4 });
  });

  test.each<[string, EnvironmentRecord, number]>([
    ['before that', limited, 3.1],
    ['a second time', { ...limited, costWarned: { share: 0.8, maxCostUsd: 2 } }, 3.5],
    ['when it has reached it: its teardown says so', { ...limited, costWarned: { share: 0.8, maxCostUsd: 2 } }, 5],
    ['without a limit', priced(), 100],
    ['of what is gone', { ...limited, status: 'GONE' }, 5],
    ['of what is being torn down', { ...limited, status: 'TEARING_DOWN' }, 5],
  ])('not %s', async (_, record, hours) => {
    expect((await warn(record, hours)).message).toBeUndefined();
  });
});
