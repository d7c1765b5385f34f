import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PATIENCE_MS } from '../../../lab/test/support/patience.ts';
import type { EnvironmentRecord } from '../../../lambdas/contracts/record.ts';
import { liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { type Behaviour, failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => {
  runbook.reset();
  day += 1;
  at = `2026-02-${String(day).padStart(2, '0')}T03:00:00Z`;
});
afterAll(() => runbook.stop());

/** Each test has a time of its own: it is a part of the names of teardowns. */
let day = 1;
let at: string;
const inHours = (hours: number) => `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)}Z`;

function plant(environment: string, changes: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  const record = { ...liveRecord(environment), expiresAt: inHours(-1), ...changes };
  runbook.world.records.set(environment, record);
  return record;
}

/** Runs an expiry, and every teardown that it has started, to their ends. */
async function expire(input: object = { at }) {
  const run = await runbook.run('expire', input);
  const started = (run.output?.started ?? []) as { environment: string; teardown: string }[];
  await Promise.all(started.map(({ teardown }) => runbook.ended(teardown)));
  return run;
}

const destroyed = () =>
  runbook.world.builds.filter(({ variables }) => variables.COMMAND === 'destroy').map((b) => b.variables.ENVIRONMENT);
const keeper = 'arn:aws:states:eu-west-1:123456789012:execution:runbook-protect:ada';
const protection = { until: inHours(5), by: keeper, at: inHours(-2), reason: 'demo' };

describe('an expiry', () => {
  test('tears down what is expired, and nothing else', async () => {
    const old = plant('old');
    plant('older', { expiresAt: inHours(-30) });
    plant('young', { expiresAt: inHours(1) });
    plant('kept', { protection });
    plant('gone', { status: 'GONE' });
    const { status, output, states } = await expire();
    expect(status).toBe('SUCCEEDED');
    expect(states).toEqual([
      'Find expired environments',
      'Is anything expired?',
      'Start teardowns',
      'Start teardown',
      'Start teardown',
      'Are expired environments left?',
      'No expired environment is left',
    ]);
    expect(destroyed().sort()).toEqual(['old', 'older']);
    expect(output).toMatchObject({
      started: [
        { environment: 'older', outcome: 'STARTED' },
        { environment: 'old', teardown: expect.stringMatching(`:runbook-teardown:${old.run}-expired-20260202T03$`) },
      ],
      skipped: [{ environment: 'kept', why: `environment "kept" is protected until ${protection.until}` }],
      living: 1,
    });
    const statuses = Object.fromEntries([...runbook.world.records].map(([name, record]) => [name, record.status]));
    expect(statuses).toEqual({ old: 'GONE', older: 'GONE', young: 'LIVE', kept: 'LIVE', gone: 'GONE' });
  });

  test('with nothing to do says so', async () => {
    plant('young', { expiresAt: inHours(1) });
    const { status, output, states } = await expire();
    expect(status).toBe('SUCCEEDED');
    expect(states).not.toContain('Start teardowns');
    expect(output).toMatchObject({ started: [], skipped: [], living: 1 });
  });

  test('delivered twice for the same time is one teardown of each', async () => {
    plant('old');
    const twice = await Promise.all([expire(), expire()]);
    expect(twice.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(destroyed()).toEqual(['old']);
    const outputs = twice.map(({ output }) => output);
    expect(outputs.flatMap(({ started }) => started)).toHaveLength(1);
    expect(outputs.flatMap(({ skipped }) => skipped)).toEqual([
      { environment: 'old', why: expect.stringMatching(/was started before, for the same time$/) },
    ]);
  });

  test('spares what another teardown has in hand, without a failure', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    plant('old');
    runbook.world.functions.inventory = () => promise.then(() => ({ backendExists: false, resources: 0, key: 'k' }));
    const first = await runbook.start('teardown', { environment: 'old' });
    await expect.poll(() => runbook.world.records.get('old')?.owner).toBe(first);
    const { status, output } = await expire();
    expect(status).toBe('SUCCEEDED');
    expect(output.skipped).toEqual([{ environment: 'old', why: expect.stringContaining(first) }]);
    resolve();
    expect((await runbook.ended(first)).status).toBe('SUCCEEDED');
  });

  test('whose teardown finds that it was extended meanwhile spares it', async () => {
    plant('old');
    const { functions, records } = runbook.world;
    const claim = functions.claim as Behaviour;
    functions.claim = (event, call) => {
      Object.assign(records.get('old') ?? {}, { expiresAt: inHours(3) });
      return claim(event, call);
    };
    const { status, output } = await expire();
    expect(status).toBe('SUCCEEDED');
    const [{ teardown }] = output.started as [{ teardown: string }];
    const { output: ended = '{}' } = await runbook.ended(teardown);
    expect(JSON.parse(ended)).toMatchObject({ status: 'SKIPPED', why: expect.stringMatching(/"old" lives until /) });
    expect(destroyed()).toEqual([]);
  });
});

describe('a teardown that hangs', () => {
  test('keeps no other from its turn, however many there are', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { functions } = runbook.world;
    const inventory = functions.inventory as Behaviour;
    functions.inventory = async (event, call) => {
      if (String((event.request as { environment: string }).environment).startsWith('hangs')) await promise;
      return inventory(event, call);
    };
    for (let number = 1; number <= 6; number += 1) plant(`hangs-${number}`, { expiresAt: inHours(-10) });
    plant('good');
    const { status, output } = await runbook.run('expire', { at });
    expect(status).toBe('SUCCEEDED');
    expect(output.started).toHaveLength(7);
    const good = output.started.find(({ environment }: { environment: string }) => environment === 'good');
    expect((await runbook.ended(good.teardown)).status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('good')?.status).toBe('GONE');

    // The next hour's expiry skips environments whose teardown runs, and has room for others.
    plant('later');
    const next = await runbook.run('expire', { at: at.replace('T03', 'T04'), retry: 'backoff' });
    expect(next.output.started).toMatchObject([{ environment: 'later' }]);
    expect(next.output.skipped).toHaveLength(6);
    resolve();
    await Promise.all(
      [...output.started, ...next.output.started].map(({ teardown }: { teardown: string }) => runbook.ended(teardown)),
    );
  });
});

describe('a record that cannot be read', () => {
  test('is named each time, as a failure', async () => {
    runbook.world.backendEnds = inHours(-1);
    runbook.world.records.set('broken', { environment: 'broken' } as never);
    plant('kept', { protection });
    const { error, cause } = await runbook.run('expire', { at });
    expect(error).toBe('ExpiredEnvironmentsLeft');
    expect(cause).toMatch(/^broken: its record cannot be read: mend it, .*Started: none\. Skipped: kept \(/);
  });

  test('is no reason to leave the environment there for ever', async () => {
    runbook.world.records.set('broken', { environment: 'broken' } as never);
    const { status } = await expire();
    expect(status).toBe('SUCCEEDED');
    expect(destroyed()).toEqual(['broken']);
    expect(runbook.world.records.get('broken')?.status).toBe('GONE');
  });
});

describe('a failure', () => {
  test('of one teardown is reported by itself, and spares no other', async () => {
    plant('good');
    plant('bad');
    runbook.world.buildStatus = ({ variables }) =>
      variables.ENVIRONMENT === 'bad' && variables.COMMAND === 'destroy' ? 'FAILED' : 'SUCCEEDED';
    plant('kept', { protection });
    expect((await expire()).status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('good')?.status).toBe('GONE');
    expect(runbook.world.records.get('bad')?.status).not.toBe('GONE');
  });

  test('to start a teardown at all is reported, and the others are started', async () => {
    plant('old', { run: 'x'.repeat(90) });
    plant('good');
    const { error, cause } = await runbook.run('expire', { at });
    expect(error).toBe('ExpiredEnvironmentsLeft');
    expect(cause).toMatch(/^old: teardown x+-expired-\S+ could not be started: .*Started: good\. Skipped: none$/s);
    await expect.poll(() => runbook.world.records.get('good')?.status, { timeout: PATIENCE_MS }).toBe('GONE');
  });

  test('to read the records is retried, and then reported', async () => {
    const { functions } = runbook.world;
    functions['find-expired'] = failing(2, named('DependencyError'), functions['find-expired'] as never);
    expect((await expire()).status).toBe('SUCCEEDED');
    expect(runbook.world.calls('find-expired')).toBe(3);
  });

  test('of an input with unknown keys is refused', async () => {
    const { error, cause } = await runbook.run('expire', { environment: 'dev' });
    expect(error).toBe('InputError');
    expect(cause).toContain('unknown key \\"environment\\"');
  });
});
