import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EnvironmentRecord } from '../../../lambdas/shared/record.ts';
import { liveRecord, verdictOf } from './support/functions.ts';
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

/** A time of its own for each test: names of teardowns are made of it. */
let day = 1;
let at: string;
const inHours = (hours: number) => `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)}Z`;

function plant(environment: string, changes: Partial<EnvironmentRecord> = {}): EnvironmentRecord {
  const record = { ...liveRecord(environment), expiresAt: inHours(-1), ...changes };
  runbook.world.records.set(environment, record);
  return record;
}

const destroyed = () =>
  runbook.world.builds.filter(({ variables }) => variables.COMMAND === 'destroy').map((b) => b.variables.ENVIRONMENT);
const keeper = 'arn:aws:states:eu-west-1:123456789012:execution:runbook-protect:ada';
const protection = { until: inHours(5), by: keeper, at: inHours(-2), reason: 'demo' };

describe('an expiry', () => {
  test('tears down what is overdue, and nothing else', async () => {
    const old = plant('old');
    plant('older', { expiresAt: inHours(-30) });
    plant('young', { expiresAt: inHours(1) });
    plant('kept', { protection });
    plant('gone', { status: 'GONE' });
    const { status, output, states } = await runbook.run('expire', { at });
    expect(status).toBe('SUCCEEDED');
    expect(states).toEqual([
      'Find overdue environments',
      'Tear down overdue environments',
      'Is anything overdue left?',
      'Nothing overdue is left',
    ]);
    expect(destroyed().sort()).toEqual(['old', 'older']);
    expect(output).toMatchObject({
      tornDown: [
        { environment: 'older', outcome: 'GONE', why: 'nothing is left' },
        { environment: 'old', teardown: expect.stringMatching(`:runbook-teardown:${old.run}-overdue-20260202T0300$`) },
      ],
      spared: [{ environment: 'kept', why: `environment "kept" is protected until ${protection.until}` }],
      living: 1,
    });
    const statuses = Object.fromEntries([...runbook.world.records].map(([name, record]) => [name, record.status]));
    expect(statuses).toEqual({ old: 'GONE', older: 'GONE', young: 'LIVE', kept: 'LIVE', gone: 'GONE' });
  });

  test('with nothing to do says so', async () => {
    plant('young', { expiresAt: inHours(1) });
    const { status, output } = await runbook.run('expire', { at });
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ tornDown: [], spared: [], living: 1 });
  });

  test('delivered twice for the same time is one teardown of each', async () => {
    plant('old');
    const twice = await Promise.all([runbook.run('expire', { at }), runbook.run('expire', { at })]);
    expect(twice.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(destroyed()).toEqual(['old']);
    const outputs = twice.map(({ output }) => output);
    expect(outputs.flatMap(({ tornDown }) => tornDown)).toHaveLength(1);
    expect(outputs.flatMap(({ spared }) => spared)).toEqual([
      { environment: 'old', why: expect.stringMatching(/was started before, for the same time$/) },
    ]);
  });

  test('spares what another teardown has in hand, without a failure', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    plant('old');
    runbook.world.functions.inventory = () => promise.then(() => ({ backendExists: false, resources: 0, key: 'k' }));
    const first = await runbook.start('teardown', { environment: 'old' });
    await expect.poll(() => runbook.world.records.get('old')?.owner).toBe(first);
    const { status, output } = await runbook.run('expire', { at });
    expect(status).toBe('SUCCEEDED');
    expect(output.spared).toEqual([{ environment: 'old', why: expect.stringContaining(first) }]);
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
    const { status, output } = await runbook.run('expire', { at });
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ tornDown: [], spared: [{ why: expect.stringMatching(/"old" lives until /) }] });
    expect(destroyed()).toEqual([]);
  });
});

describe('a failure', () => {
  test('of one environment does not spare the others, and is told with what was done', async () => {
    plant('good');
    plant('bad');
    runbook.world.buildStatus = ({ variables }) =>
      variables.ENVIRONMENT === 'bad' && variables.COMMAND === 'destroy' ? 'FAILED' : 'SUCCEEDED';
    plant('kept', { protection });
    const { status, error, cause } = await runbook.run('expire', { at });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'OverdueEnvironmentsLeft' });
    expect(cause).toMatch(/^bad: teardown bad-\S+ failed: .*Torn down: good\. Spared: kept \(/s);
    expect(runbook.world.records.get('good')?.status).toBe('GONE');
  });

  test('to start a teardown at all is told as well', async () => {
    plant('old', { run: 'x'.repeat(90) });
    const { error, cause } = await runbook.run('expire', { at });
    expect(error).toBe('OverdueEnvironmentsLeft');
    expect(cause).toMatch(/^old: teardown x+-overdue-\S+ failed: Invalid Name: .*Torn down: none\. Spared: none$/);
  });

  test('to read the records is retried, and then told', async () => {
    const { functions } = runbook.world;
    functions.overdue = failing(2, named('DependencyError'), functions.overdue as never);
    expect((await runbook.run('expire', { at })).status).toBe('SUCCEEDED');
    expect(runbook.world.calls('overdue')).toBe(3);
  });

  test('of an input with unknown keys is refused', async () => {
    const { error, cause } = await runbook.run('expire', { environment: 'dev' });
    expect(error).toBe('InputError');
    expect(cause).toContain('unknown key \\"environment\\"');
  });

  test('leftovers are a failure, too', async () => {
    plant('old');
    runbook.world.functions.verdict = () => verdictOf('LEFTOVERS', 'a log group is there');
    const { cause } = await runbook.run('expire', { at });
    expect(cause).toContain('a log group is there');
  });
});
