import { describe, expect, test } from 'vitest';
import {
  type SweepEntry,
  type SweepService,
  sweepServicesResult,
} from '../../../../lambdas/contracts/sweep-request.ts';
import type { Sweeper } from '../../../../lambdas/sweep/sweep-service.ts';
import { type SweepServicesPorts, sweepServices } from '../../../../lambdas/sweep/sweep-services.ts';
import { aRequest, fakeClock, NO_NEIGHBOURS, RUN } from '../support/fixtures.ts';

const never = () => new Promise<never>(() => {});

const healthy: Sweeper = {
  async *list() {
    yield { type: 'thing', id: 'there' };
    yield { type: 'thing', id: 'gone' };
  },
  fromInventory: () => undefined,
  fromArn: () => undefined,
  confirm: async ({ id }) => ({ status: id === 'there' ? 'PRESENT' : 'ABSENT', reason: 'asked' }),
};

async function sweep(sweepers: Partial<Record<SweepService, Sweeper>>, changes: Partial<SweepServicesPorts> = {}) {
  const kept: [string, SweepEntry[]][] = [];
  const services = Object.keys(sweepers) as SweepService[];
  const result = await sweepServices(
    { request: aRequest({ machine: 'sweep' }), services, pass: 1 },
    {
      sweeper: async (service) => sweepers[service] ?? healthy,
      inventory: async () => [],
      tagged: async function* none() {},
      project: 'order-platform',
      owns: () => true,
      ...NO_NEIGHBOURS,
      tags: async () => ({ project: 'order-platform', environment: 'dev' }),
      provenance: () => Promise.reject(new Error('not asked')),
      keep: async (key, entries) => void kept.push([key, entries]),
      clock: fakeClock(),
      remainingMs: () => 300_000,
      ...changes,
    },
  );
  const entries = Object.fromEntries((kept[0]?.[1] ?? []).map((entry) => [entry.service, entry]));
  return { result: sweepServicesResult.parse(result), entries, key: kept[0]?.[0] };
}

const idsOf = (entry: SweepEntry | undefined) =>
  entry && 'findings' in entry ? entry.findings.map(({ id, status, reason }) => [id, status, reason]) : entry;

/** The time is enough for a service that does not hang, and too short for one that does. */
const SHORT = { remainingMs: () => 20_200 };

describe('services of one call', () => {
  test('are swept side by side, and what they found is kept', async () => {
    const { result, entries, key } = await sweep({ sqs: healthy, sns: healthy });
    expect(key).toBe(`environments/dev/runs/${RUN}/sweeps/mine/pass-1-sqs.json`);
    expect(result).toMatchObject({ services: ['sqs', 'sns'], pass: 1, present: 2, absent: 2, unknown: 0, key });
    expect(idsOf(entries.sns)).toEqual([
      ['there', 'PRESENT', 'asked'],
      ['gone', 'ABSENT', 'asked'],
    ]);
  });

  test.each<[string, Sweeper]>([
    [
      'does not list',
      {
        ...healthy,
        list: async function* hang() {
          yield await never();
        },
      },
    ],
    [
      'lists, and then hangs',
      {
        ...healthy,
        list: async function* hang() {
          yield { type: 'thing', id: 'there' };
          await never();
        },
      },
    ],
    ['does not answer for one thing', { ...healthy, confirm: never }],
  ])('one that %s is UNKNOWN for itself', async (_name, hanging) => {
    const { result, entries } = await sweep({ sqs: healthy, rds: hanging }, SHORT);
    expect(idsOf(entries.sqs)).toHaveLength(2);
    expect(idsOf(entries.rds)).toContainEqual(['*', 'UNKNOWN', 'not done after 0 s']);
    expect(result).toMatchObject({ present: 1, absent: 1 });
    expect(result.unknown).toBeGreaterThan(0);
  });

  test('what was found before time was up is not forgotten', async () => {
    const slow: Sweeper = {
      ...healthy,
      confirm: ({ id }) => (id === 'there' ? healthy.confirm({ type: 'thing', id }, {} as never) : never()),
    };
    expect(idsOf((await sweep({ rds: slow }, SHORT)).entries.rds)).toEqual([
      ['*', 'UNKNOWN', 'not done after 0 s'],
      ['gone', 'UNKNOWN', 'not asked for in time'],
      ['there', 'PRESENT', 'asked'],
    ]);
  });

  test('a fault of ours ends the service that has it, and no other', async () => {
    const broken: Sweeper = { ...healthy, confirm: () => Promise.reject(new TypeError('x is undefined')) };
    const { result, entries } = await sweep({ sqs: healthy, rds: broken });
    expect(entries.rds).toMatchObject({ error: 'TypeError', cause: expect.stringContaining('x is undefined') });
    expect(result).toMatchObject({ present: 1, absent: 1, unknown: 1 });
  });

  test('a sweeper that cannot be loaded is a failure of its service', async () => {
    const { entries } = await sweep(
      { sqs: healthy, rds: healthy },
      {
        sweeper: async (service) => {
          if (service === 'rds') throw new Error('no such module');
          return healthy;
        },
      },
    );
    expect(entries.rds).toMatchObject({ error: 'Error', cause: expect.stringContaining('no such module') });
    expect(idsOf(entries.sqs)).toHaveLength(2);
  });

  test('what cannot be kept was not found', async () => {
    const keep = () => Promise.reject(new Error('denied'));
    await expect(sweep({ sqs: healthy }, { keep })).rejects.toThrow('denied');
  });
});
