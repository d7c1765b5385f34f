import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { atMinuteAfter, liveRecord, minuteAfter } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { type Behaviour, failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
const inHours = (hours: number) => `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)}Z`;
const record = { ...liveRecord('dev'), expiresAt: inHours(8) };
beforeEach(() => {
  runbook.reset();
  runbook.world.records.set('dev', structuredClone(record));
});
afterAll(() => runbook.stop());

const TEARDOWN = 'order-platform-dev-v3-teardown';
const WARNING = 'order-platform-dev-v3-warning';
const extension = { environment: 'dev', hours: 4, reason: 'still testing' };
const later = (instant: string, hours: number) =>
  `${new Date(Date.parse(instant) + hours * 3_600_000).toISOString().slice(0, 19)}Z`;
const timeOf = (schedule: string) => runbook.world.schedules.get(schedule)?.ScheduleExpression;

describe('an extension', () => {
  test('is on record before the schedules follow', async () => {
    const { status, states, output, executionArn } = await runbook.run('extend', extension);
    expect(status).toBe('SUCCEEDED');
    expect(states).toEqual(['Check request', 'Extend life', 'Move teardown']);
    const expiresAt = later(record.expiresAt, 4);
    expect(output).toEqual({
      environment: 'dev',
      run: record.run,
      expiresAt,
      endsAt: expiresAt,
      teardownAt: minuteAfter(expiresAt),
      warnAt: minuteAfter(later(expiresAt, -0.5)),
    });
    const [change] = runbook.world.records.get('dev')?.leaseChanges ?? [];
    expect(change).toMatchObject({ execution: executionArn, from: record.expiresAt, reason: 'still testing' });
    expect(timeOf(TEARDOWN)).toBe(atMinuteAfter(expiresAt));
    expect(timeOf(WARNING)).toBe(atMinuteAfter(later(expiresAt, -0.5)));
  });

  test('whose schedules could not be moved holds, spares the environment, and is redriven', async () => {
    const { functions } = runbook.world;
    const { schedules } = functions;
    functions.schedules = () => {
      throw named('SafetyError', 'not now');
    };
    const { status, executionArn } = await runbook.run('extend', extension);
    expect(status).toBe('FAILED');
    const early = await runbook.run('teardown', { environment: 'dev', onlyIfExpired: true });
    expect(early.output).toMatchObject({ status: 'SKIPPED', why: expect.stringMatching(/lives until/) });
    expect(early.states).toEqual(['Check request', 'Claim environment', 'Environment is skipped']);
    functions.schedules = schedules as Behaviour;
    expect((await runbook.redrive(executionArn)).status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('dev')).toMatchObject({ expiresAt: later(record.expiresAt, 4), leaseRevision: 1 });
    expect(timeOf(TEARDOWN)).toBe(atMinuteAfter(later(record.expiresAt, 4)));
  });

  test('that is answered too late is not made twice', async () => {
    const { functions } = runbook.world;
    const lease = functions.lease as Behaviour;
    functions.lease = async (event, call) => {
      const answer = await lease(event, call);
      if (call < 3) throw named('DependencyError', 'the answer was lost');
      return answer;
    };
    const { output } = await runbook.run('extend', extension);
    expect(output.expiresAt).toBe(later(record.expiresAt, 4));
    expect(runbook.world.records.get('dev')?.leaseChanges).toHaveLength(1);
  });

  test('waits for a record and for schedules that are busy', async () => {
    const { functions } = runbook.world;
    functions.lease = failing(2, named('NotReadyError'), functions.lease as Behaviour);
    functions.schedules = failing(2, named('NotReadyError'), functions.schedules as Behaviour);
    expect((await runbook.run('extend', extension)).status).toBe('SUCCEEDED');
  });

  test.each([
    ['extend', { ...extension, hours: 72 }, 'hours at most'],
    ['extend', { environment: 'dev', hours: 2 }, 'reason'],
    ['extend', { ...extension, environment: 'nobody' }, 'does not exist'],
    ['protect', { environment: 'dev', until: '2020-01-01', reason: 'x' }, 'is over already'],
  ] as const)('%s %j is refused, and nothing moves', async (machine, input, message) => {
    const { error, cause } = await runbook.run(machine, input);
    expect(error).toBe('InputError');
    expect(cause).toContain(message);
    expect(runbook.world.records.get('dev')).toEqual(record);
    expect(runbook.world.schedules.size).toBe(0);
  });
});

describe('a protection', () => {
  test('keeps an environment from its schedule, the nightly look and an operator, until it is lifted', async () => {
    runbook.world.records.set('dev', { ...record, expiresAt: inHours(-1) });
    const until = inHours(48);
    const { states, output, executionArn } = await runbook.run('protect', {
      environment: 'dev',
      until,
      reason: 'demo',
    });
    expect(states).toEqual(['Check request', 'Protect environment', 'Move teardown']);
    expect(output).toMatchObject({ protectedUntil: until, endsAt: until, teardownAt: minuteAfter(until) });
    expect(timeOf(TEARDOWN)).toBe(atMinuteAfter(until));

    const scheduled = await runbook.run('teardown', { environment: 'dev', onlyIfExpired: true });
    expect(scheduled).toMatchObject({ status: 'SUCCEEDED', output: { status: 'SKIPPED' } });
    const nightly = await runbook.run('expire', {});
    expect(nightly).toMatchObject({ status: 'SUCCEEDED', output: { started: [], skipped: [{ environment: 'dev' }] } });
    const operator = await runbook.run('teardown', { environment: 'dev' });
    expect(operator).toMatchObject({ status: 'FAILED', error: 'SafetyError' });
    expect(operator.cause).toContain(`is protected until ${until} by ${executionArn}`);
    expect(runbook.world.builds).toEqual([]);

    const lifted = await runbook.run('protect', { environment: 'dev', until: null, reason: 'over' });
    expect(lifted.output).not.toHaveProperty('protectedUntil');
    const { status } = await runbook.run('teardown', { environment: 'dev', onlyIfExpired: true });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('dev')?.status).toBe('GONE');
    expect([...runbook.world.schedules.keys()].filter((name) => !name.includes('-sweep-'))).toEqual([]);
  });

  test('outlasts another provision', async () => {
    const until = inHours(48);
    await runbook.run('protect', { environment: 'dev', until, reason: 'demo' });
    const { status } = await runbook.run('provision', { environment: 'dev', ttlHours: 1 });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('dev')?.protection?.until).toBe(until);
    expect(timeOf(TEARDOWN)).toBe(atMinuteAfter(until));
  });
});
