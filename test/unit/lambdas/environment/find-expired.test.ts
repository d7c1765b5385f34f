import { describe, expect, test } from 'vitest';
import { environmentNames } from '../../../../lambdas/contracts/naming.ts';
import { type EnvironmentRecord, environmentRecord } from '../../../../lambdas/contracts/record.ts';
import { findExpired } from '../../../../lambdas/environment/find-expired.ts';
import type { UnreadablePorts } from '../../../../lambdas/environment/unreadable-record.ts';
import { instantOf } from '../../../../lambdas/runtime/clock.ts';
import { ACCOUNT, aRecord, arnOf, PATTERN, RUN, sdkError } from '../support/fixtures.ts';

const NOW = '2026-02-01T03:00:30Z';
const execution = { id: arnOf('expire', 'x'), name: 'x', startTime: NOW };
const teardown = arnOf('teardown', 'other');

/** Every record of the account can be read. */
const READABLE: UnreadablePorts = {
  project: 'order-platform',
  protectDays: 14,
  loadRaw: async () => undefined,
  backendTags: async () => undefined,
  backendNames: async (environment) => environmentNames(PATTERN, environment, ACCOUNT),
  replaceRaw: async () => true,
};

function find(
  records: EnvironmentRecord[],
  input: object = {},
  status = 'RUNNING',
  malformed: string[] = [],
  unreadable: Partial<UnreadablePorts> = {},
) {
  return findExpired(
    { input: { ...input }, execution },
    {
      ...READABLE,
      ...unreadable,
      listRecords: async () => ({ records, malformed }),
      executionStatus: async () => status,
      now: () => Date.parse(NOW),
    },
  );
}

/** The environment is not expired and has cost $1 an hour since 31 January 12:00. */
const DEAR = { expiresAt: '2026-02-03T00:00:00Z', createdAt: '2026-01-31T12:00:00Z', usdPerHour: 1 };
const keep = (until: string) => ({ protection: { until, by: arnOf('protect', 'a'), at: NOW, reason: 'x' } });

describe('what is expired', () => {
  test.each<[string, Partial<EnvironmentRecord>, 'expired' | 'skipped' | 'living' | 'ignored']>([
    ['live, and over', {}, 'expired'],
    ['failed, and over', { status: 'FAILED' }, 'expired'],
    ['still being provisioned, and over', { status: 'PROVISIONING' }, 'expired'],
    ['in its time', { expiresAt: '2026-02-01T03:01:00Z' }, 'living'],
    ['gone', { status: 'GONE' }, 'ignored'],
    ['in its time, and has cost what it may', { ...DEAR, maxCostUsd: 1 }, 'expired'],
    ['in its time, and has not', { ...DEAR, maxCostUsd: 1_000 }, 'living'],
    ['in its time, without a price', { ...DEAR, usdPerHour: undefined, maxCostUsd: 1 }, 'living'],
    [
      'in its time, protected, and has cost what it may',
      { ...DEAR, maxCostUsd: 1, ...keep('2026-02-02T00:00:00Z') },
      'skipped',
    ],
    ['over, and protected', keep('2026-02-02T00:00:00Z'), 'skipped'],
    ['over, and protected until just now', keep('2026-02-01T03:00:30Z'), 'expired'],
    ['in its time, and protected', { expiresAt: '2026-02-01T04:00:00Z', ...keep('2026-02-02T00:00:00Z') }, 'skipped'],
    ['over, and in the hands of a teardown', { owner: teardown, ownerMachine: 'teardown' }, 'skipped'],
    ['over, and in the hands of a provision', { owner: arnOf('provision', 'p') }, 'expired'],
  ])('%s', async (_name, changes, expected) => {
    const { expired, skipped, living } = await find([aRecord(changes)]);
    const found = expired.length ? 'expired' : skipped.length ? 'skipped' : living ? 'living' : 'ignored';
    expect(found).toBe(expected);
  });

  test.each(['FAILED', 'ABORTED', 'MISSING'])('is what a %s teardown has left', async (status) => {
    const record = aRecord({ status: 'TEARING_DOWN', owner: teardown, ownerMachine: 'teardown' });
    expect((await find([record], {}, status)).expired).toHaveLength(1);
  });

  test.each(['AccessDeniedException', 'InvalidArn', 'ThrottlingException'])(
    'is torn down although Step Functions answers %s about the teardown of another',
    async (refusal) => {
      const held = aRecord({ status: 'TEARING_DOWN', owner: teardown, ownerMachine: 'teardown' });
      const other = aRecord({ environment: 'other', run: 'other-run' });
      const ports = { ...READABLE, listRecords: async () => ({ records: [held, other], malformed: [] }) };
      const executionStatus = async () => {
        throw sdkError(refusal, 400);
      };
      const { expired } = await findExpired(
        { input: {}, execution },
        { ...ports, executionStatus, now: () => Date.parse(NOW) },
      );
      expect(expired.map(({ environment }) => environment)).toEqual(['dev', 'other']);
    },
  );

  test('is given the oldest first, each with the name that its teardown has at this time', async () => {
    const records = [aRecord(), aRecord({ environment: 'old', run: 'old-run', expiresAt: '2026-01-01T00:00:00Z' })];
    expect((await find(records, { at: '2026-02-01T03:00:00Z' })).expired).toEqual([
      {
        environment: 'old',
        expiresAt: '2026-01-01T00:00:00Z',
        name: 'old-run-expired-20260201T03',
        reason: 'its time is over',
      },
      {
        environment: 'dev',
        expiresAt: '2026-01-31T20:00:00Z',
        name: `${RUN}-expired-20260201T03`,
        reason: 'its time is over',
      },
    ]);
  });

  test('says why it goes', async () => {
    const { expired } = await find([aRecord({ ...DEAR, maxCostUsd: 3 })]);
    expect(expired).toMatchObject([
      { expiresAt: '2026-01-31T15:00:00Z', reason: 'it has reached its maximum cost of $3.00' },
    ]);
  });

  test('has names that Step Functions takes, for the longest environment', async () => {
    const environment = 'e'.repeat(21);
    const { expired } = await find([aRecord({ environment, run: `${environment}-20260131T120000-abc123` })]);
    expect(expired[0]?.name).toMatch(/^[\w-]{1,80}$/);
    // The teardown appends this suffix to the name of its sweep.
    expect(`${expired[0]?.name.slice(0, 68)}-sweep-1000`.length).toBeLessThanOrEqual(80);
    expect(expired[0]?.name.length).toBeLessThanOrEqual(68);
  });

  test('has one name for all schedules of an hour, and another for a person who asks again', async () => {
    const nameAt = async (input: object) => (await find([aRecord()], input)).expired[0]?.name;
    expect(await nameAt({ at: '2026-02-01T03:00:00Z' })).toBe(
      await nameAt({ at: '2026-02-01T03:17:00Z', retry: 'backoff' }),
    );
    expect(await nameAt({})).toBe(`${RUN}-expired-20260201T0300`);
  });

  test('is not looked for with an input that is not understood', async () => {
    await expect(find([], { at: 'noon' })).rejects.toMatchObject({ name: 'InputError' });
    await expect(find([], { all: true })).rejects.toThrow('unknown key "all"');
  });
});

describe('a teardown that failed', () => {
  /** Returns an environment whose teardown failed and whose end was this many hours ago. */
  const failed = (hours: number, environment = 'dev') =>
    aRecord({
      environment,
      status: 'FAILED',
      expiresAt: instantOf(Date.parse(NOW) - hours * 3_600_000),
      lastFailure: { machine: 'teardown', status: 'FAILED', at: NOW, execution: teardown },
    });
  const tried = async (hours: number, input: object) => (await find([failed(hours)], input)).expired.length === 1;

  test.each([
    ...[1, 1.5, 2, 4, 8, 16.9, 32].map((hours) => [hours, true] as const),
    ...[0, 0.9, 3, 5, 7, 9, 15, 17, 31].map((hours) => [hours, false] as const),
  ])('is tried again %s h after the end: %s', async (hours, expected) => {
    expect(await tried(hours, { retry: 'backoff' })).toBe(expected);
    // Without the backoff, as every night and by hand, every teardown is tried again.
    expect(await tried(hours, {})).toBe(true);
  });

  test('says when it is tried next', async () => {
    const { skipped } = await find([failed(5)], { retry: 'backoff' });
    expect(skipped).toEqual([
      { environment: 'dev', why: `its teardown failed at ${NOW}, and is tried again 8 h after its end` },
    ]);
  });

  test('waits until what nothing has tried yet has had its turn', async () => {
    const fresh = aRecord({ environment: 'fresh', run: 'fresh', expiresAt: '2026-02-01T03:00:00Z' });
    const { expired } = await find([failed(40, 'old'), failed(30, 'older'), fresh]);
    expect(expired.map(({ environment }) => environment)).toEqual(['fresh', 'old', 'older']);
  });

  test('before the end was another matter', async () => {
    const { lastFailure, ...record } = failed(3);
    const earlier = { ...lastFailure, at: '2026-01-31T12:00:00Z' } as typeof lastFailure;
    expect((await find([{ ...record, lastFailure: earlier }], { retry: 'backoff' })).expired).toHaveLength(1);
  });
});

describe('a record that cannot be read', () => {
  const OURS = { project: 'order-platform', environment: 'broken' };
  const DAY = 86_400_000;
  const ago = (days: number) => instantOf(Date.parse(NOW) - days * DAY);
  const look = async (item: object | undefined, tags: Record<string, string> | undefined, replaced = true) => {
    const written: EnvironmentRecord[] = [];
    const result = await find([], { at: NOW }, 'FAILED', ['broken'], {
      loadRaw: async () => item as never,
      backendTags: async () => tags,
      replaceRaw: async (_, next) => {
        if (replaced) written.push(next);
        return replaced;
      },
    });
    return { ...result, written };
  };

  test.each<[string, object | undefined, Record<string, string> | undefined, RegExp]>([
    ['is gone meanwhile', undefined, undefined, /it has changed meanwhile/],
    ['says GONE', { status: 'GONE' }, { ...OURS, 'expires-at': ago(99) }, /the environment is gone/],
    [
      'says protected',
      { protection: { until: '2026-02-03T00:00:00Z' } },
      { ...OURS, 'expires-at': ago(99) },
      /protected/,
    ],
    ['has no backend', {}, undefined, /has no state bucket/],
    ['has a backend of others', {}, { ...OURS, project: 'x', 'expires-at': ago(99) }, /does not carry the tags/],
    ['has a backend that does not say when', {}, OURS, /no tag expires-at/],
    ['ended less than a protection ago', {}, { ...OURS, 'expires-at': ago(13.9) }, /torn down after 2026-02-01T05:2/],
    ['says a later end', { expiresAt: ago(1) }, { ...OURS, 'expires-at': ago(20) }, /torn down after 2026-02-14/],
  ])('stays while it %s, and is named each time', async (_, item, tags, why) => {
    const { expired, unreadable, written } = await look(item, tags);
    expect({ expired, written }).toEqual({ expired: [], written: [] });
    expect(unreadable).toEqual([{ environment: 'broken', why: expect.stringMatching(why) }]);
  });

  test('becomes one again when no protection can keep it any more, and the environment is torn down', async () => {
    const end = ago(14.1);
    const { expired, unreadable, written } = await look(
      { status: 7, expiresAt: 'never' },
      { ...OURS, 'expires-at': end },
    );
    const names = environmentNames(PATTERN, 'broken', ACCOUNT);
    expect(written.map((one) => environmentRecord.parse(one))).toEqual(written);
    const [{ run } = { run: '' }] = written;
    expect(written).toMatchObject([
      { environment: 'broken', status: 'FAILED', expiresAt: end, lockTable: names.lockTable },
    ]);
    expect(unreadable).toEqual([]);
    expect(expired).toEqual([
      { environment: 'broken', expiresAt: end, name: `${run}-expired-20260201T03`, reason: 'its time is over' },
    ]);
  });

  /** A record with one unreadable attribute is rebuilt from the others, because owner and lineage guard a teardown. */
  test.each(['status', 'fencing', 'commit', 'claimedAt', 'outputs', 'bundleKey', 'run', 'stateBucket', 'lineage'])(
    'keeps what can be read beside a spoiled %s',
    async (spoiled) => {
      const record = {
        ...aRecord({ environment: 'broken', lineage: 'l-1', serial: 3, expiresAt: ago(98) }),
        [spoiled]: [],
      };
      const { written } = await look(record, { ...OURS, 'expires-at': ago(99) });
      const { stateBucket, lockTable, expiresAt, ...rest } = record;
      const legible = Object.entries(rest).filter(([key]) => key !== spoiled);
      expect(written[0]).toMatchObject(Object.fromEntries(legible));
      expect(environmentRecord.safeParse(written[0]).success).toBe(true);
    },
  );

  /** Creates environments whose records cannot be read and whose end has long passed. */
  function world(names: string[]) {
    const table = new Map<string, object>(names.map((environment) => [environment, { environment, status: 'LIVE' }]));
    const records = () => [...table.values()].flatMap((one) => environmentRecord.safeParse(one).data ?? []);
    const look = (outage?: string) =>
      find(
        records(),
        {},
        'FAILED',
        [...table.keys()].filter((name) => !records().some((one) => one.environment === name)),
        {
          loadRaw: async (name) => table.get(name) as never,
          backendTags: async (name) => {
            if (name === outage) throw sdkError('SlowDown', 503);
            return { ...OURS, environment: name, 'expires-at': ago(99) };
          },
          replaceRaw: async (_, next) => table.set(next.environment, next).size > 0,
        },
      );
    return { look };
  }
  const dueOf = ({ expired }: Awaited<ReturnType<typeof find>>) => expired.map(({ environment }) => environment).sort();

  test('is torn down, and found in each look, although another one’s bucket could not be read in the same look', async () => {
    const { look } = world(['aa', 'bb']);
    const first = await look('bb');
    expect(dueOf(first)).toEqual(['aa']);
    expect(first.unreadable).toEqual([
      { environment: 'bb', why: expect.stringMatching(/could not be checked: SlowDown/) },
    ]);
    expect(dueOf(await look())).toEqual(['aa', 'bb']);
  });

  test('is torn down although the answer of the function was lost, or the teardown could not be started', async () => {
    const { look } = world(['aa']);
    const [first, second] = [await look(), await look()];
    expect(dueOf(first)).toEqual(['aa']);
    // The name is the same, so both calls start one teardown.
    expect(second).toEqual(first);
  });

  test('does not keep the others waiting when its bucket is somebody else’s', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    const { expired, unreadable } = await find([aRecord()], { at: NOW }, 'FAILED', ['broken'], {
      loadRaw: async () => ({}),
      backendTags: () => Promise.reject(denied),
    });
    expect(expired).toHaveLength(1);
    expect(unreadable).toEqual([
      { environment: 'broken', why: expect.stringMatching(/could not be checked: .*AccessDenied/) },
    ]);
  });

  test('that somebody has claimed meanwhile is theirs', async () => {
    const { expired, unreadable } = await look({}, { ...OURS, 'expires-at': ago(14.1) }, false);
    expect(expired).toEqual([]);
    expect(unreadable).toEqual([{ environment: 'broken', why: expect.stringMatching(/changed meanwhile/) }]);
  });
});
