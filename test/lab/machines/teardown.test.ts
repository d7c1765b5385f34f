import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WHILE_LEFT_HOURS } from '../../../lambdas/environment/reconcile-schedules.ts';
import { liveRecord, unmanagedResult, verdictOf } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
const record = liveRecord('dev');
beforeEach(() => {
  runbook.reset();
  runbook.world.records.set('dev', { ...record });
  runbook.world.schedules.set('order-platform-dev-v3-teardown', {} as never);
  runbook.world.schedules.set('order-platform-dev-v3-warning', {} as never);
});
afterAll(() => runbook.stop());

/** Returns the phases of the removal of unmanaged resources, in their order. */
const phases = () =>
  runbook.world.invocations.filter(({ name }) => name === 'remove-unmanaged').map(({ event }) => event.phase);

const withoutBackend = () => ({ backendExists: false, resources: 0, key: 'inventory.json' });

/** Returns the names of the schedules: two sweeps, and those that are requested while something is left. */
const delayedSweeps = () => [1, 24, ...WHILE_LEFT_HOURS].map((hours) => `${record.run}-sweep-${hours}h`).sort();

describe('a teardown', () => {
  test('goes through the runbook in its order and ends with the proof', async () => {
    const { status, output, states } = await runbook.run('teardown', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(states).toEqual([
      'Check request',
      'Claim environment',
      'Take inventory',
      'Is there a backend?',
      'Plan destroy',
      'Is it the same state?',
      'Remove unmanaged resources',
      'Only a plan asked for?',
      'Destroy stack',
      'Is the backend to stay?',
      'Empty state bucket',
      'Destroy backend',
      'Remove what is left',
      'Sweep for leftovers',
      'Schedule delayed sweeps',
      'Record teardown',
    ]);
    expect(runbook.world.commands()).toEqual(['destroy-plan', 'destroy', 'destroy-backend']);
    expect(output).toMatchObject({
      environment: 'dev',
      run: record.run,
      status: 'GONE',
      destroyed: 83,
      unmanaged: 0,
      sweep: 'CLEAN',
      certificate: 's3://control/certificate.json',
    });
    expect(runbook.world.records.get('dev')).toMatchObject({ status: 'GONE' });
    expect(runbook.world.records.get('dev')).not.toHaveProperty('outputs');
  });

  test('destroys with the configuration that created', async () => {
    await runbook.run('teardown', { environment: 'dev' });
    for (const { source } of runbook.world.builds) expect(source).toBe(`control/${record.bundleKey}`);
  });

  test('cancels the scheduled teardown and looks again after an hour and a day', async () => {
    const before = Date.now();
    await runbook.run('teardown', { environment: 'dev' });
    expect([...runbook.world.schedules.keys()].sort()).toEqual(delayedSweeps());
    for (const hours of [1, 24, ...WHILE_LEFT_HOURS]) {
      const schedule = runbook.world.schedules.get(`${record.run}-sweep-${hours}h`);
      expect(schedule).toMatchObject({ GroupName: 'runbook', ActionAfterCompletion: 'DELETE' });
      const at = Date.parse(`${schedule?.ScheduleExpression.slice('at('.length, -1)}Z`);
      expect(Math.abs(at - before - hours * 3_600_000)).toBeLessThan(60_000);
      expect(schedule?.Target.Arn).toMatch(/:runbook-sweep$/);
      expect(JSON.parse(schedule?.Target.Input ?? '')).toEqual({
        environment: 'dev',
        run: record.run,
        keepBackend: false,
        provenance: true,
        ...(hours > 24 ? { onlyIfLeft: true } : {}),
      });
    }
  });

  test('does not mind schedules that are gone, or there already', async () => {
    const { schedules } = runbook.world;
    schedules.clear();
    schedules.set(`${record.run}-sweep-1h`, {} as never);
    const { status } = await runbook.run('teardown', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect([...schedules.keys()].sort()).toEqual(delayedSweeps());
  });

  test('that only plans changes nothing', async () => {
    const { status, output } = await runbook.run('teardown', { environment: 'dev', mode: 'plan' });
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ mode: 'plan', resources: 83, destroy: 2 });
    expect(runbook.world.commands()).toEqual(['destroy-plan']);
    expect(phases()).toEqual(['stack']);
    expect(runbook.world.records.get('dev')?.status).toBe('LIVE');
    expect([...runbook.world.schedules.keys()]).toEqual([
      'order-platform-dev-v3-teardown',
      'order-platform-dev-v3-warning',
    ]);
  });

  test('leaves the backend where that is asked for, and does not call it a leftover', async () => {
    const { status } = await runbook.run('teardown', { environment: 'dev', keepBackend: true });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.commands()).toEqual(['destroy-plan', 'destroy']);
    expect(runbook.world.calls('empty-bucket')).toBe(0);
    const [sweep] = runbook.world.invocations.filter(({ name }) => name === 'sweep-services');
    expect(sweep?.event.request).toMatchObject({ keepBackend: true, run: record.run });
    expect(runbook.world.records.get('dev')).toMatchObject({ status: 'GONE', keptBackend: true });
  });
});

describe('unmanaged resources', () => {
  test('go before the stack that they hold on to, and what comes late goes after it', async () => {
    runbook.world.functions['remove-unmanaged'] = (event) =>
      event.phase === 'stack' ? unmanagedResult(event, 'a', 'b') : unmanagedResult(event, 'c');
    const { output } = await runbook.run('teardown', { environment: 'dev' });
    expect(phases()).toEqual(['stack', 'rest']);
    expect(output).toMatchObject({ status: 'GONE', unmanaged: 3 });
  });

  test('are listed by a plan', async () => {
    runbook.world.functions['remove-unmanaged'] = (event) => unmanagedResult(event, 'a');
    const { output } = await runbook.run('teardown', { environment: 'dev', mode: 'plan' });
    expect(output).toMatchObject({ mode: 'plan', unmanaged: [{ type: 'queue', id: 'a' }], kept: [] });
    expect(runbook.world.commands()).toEqual(['destroy-plan']);
  });

  test('that take their time are waited for, and each attempt knows its number', async () => {
    runbook.world.functions['remove-unmanaged'] = failing(2, named('NotReadyError'), (event) =>
      unmanagedResult(event, 'a'),
    );
    const { status } = await runbook.run('teardown', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    const attempts = runbook.world.invocations.filter(({ name }) => name === 'remove-unmanaged');
    expect(attempts.map(({ event }) => event.attempt)).toEqual([0, 1, 2, 0]);
  });

  test.each(['NoProgressError', 'SafetyError'])('that cannot go (%s) keep the stack and the schedule', async (name) => {
    runbook.world.functions['remove-unmanaged'] = failing(9, named(name), () => undefined);
    const { error, states } = await runbook.run('teardown', { environment: 'dev' });
    expect(error).toBe(name);
    expect(states.at(-1)).toBe('Remove unmanaged resources');
    expect(runbook.world.calls('remove-unmanaged')).toBe(1);
    expect(runbook.world.commands()).toEqual(['destroy-plan']);
    expect([...runbook.world.schedules.keys()]).toContain('order-platform-dev-v3-teardown');
  });

  test('of another state’s environment are not even looked for', async () => {
    runbook.world.lineage = 'two';
    await runbook.run('teardown', { environment: 'dev' });
    expect(phases()).toEqual([]);
  });
});

describe('without a backend', () => {
  test('an environment that nothing is known of is swept all the same', async () => {
    const { world } = runbook;
    world.records.clear();
    world.functions.inventory = withoutBackend;
    const { status, output, states } = await runbook.run('teardown', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(states).not.toContain('Plan destroy');
    expect(states).toContain('Sweep for leftovers');
    expect(world.builds).toEqual([]);
    expect(phases()).toEqual(['stack', 'rest']);
    expect(output).toMatchObject({ status: 'GONE', destroyed: 0, sweep: 'CLEAN' });
  });

  test('what a stopped bootstrap has made is destroyed by its own state', async () => {
    const { world } = runbook;
    world.records.set('dev', { ...record, status: 'FAILED' });
    world.functions.inventory = withoutBackend;
    const { status } = await runbook.run('teardown', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(world.commands()).toEqual(['destroy-backend']);
    expect(phases()).toEqual(['stack', 'rest']);
  });

  test('a bucket without a state, and perhaps without a table, is no reason to run terraform on it', async () => {
    const { world } = runbook;
    world.functions.inventory = () => ({ ...withoutBackend(), backendExists: true, stateExists: false });
    world.records.clear();
    expect((await runbook.run('teardown', { environment: 'dev' })).status).toBe('SUCCEEDED');
    expect(world.commands()).toEqual(['destroy-backend']);
    expect(phases()).toEqual(['stack', 'rest']);
  });

  test('a plan says so', async () => {
    runbook.world.functions.inventory = withoutBackend;
    const { output } = await runbook.run('teardown', { environment: 'dev', mode: 'plan' });
    expect(output).toMatchObject({ resources: 0, destroy: 0 });
  });
});

describe('failures', () => {
  test('a provision that is still stopping is waited for', async () => {
    const { functions } = runbook.world;
    functions.claim = failing(2, named('NotReadyError'), functions.claim as never);
    expect((await runbook.run('teardown', { environment: 'dev' })).status).toBe('SUCCEEDED');
    expect(runbook.world.calls('claim')).toBe(3);
  });

  test('a bucket with more than one invocation can empty is emptied by several', async () => {
    runbook.world.functions['empty-bucket'] = failing(3, named('NotReadyError'), () => ({ deleted: 9 }));
    expect((await runbook.run('teardown', { environment: 'dev' })).status).toBe('SUCCEEDED');
    expect(runbook.world.calls('empty-bucket')).toBe(4);
  });

  test('a foreign bucket is not tried twice', async () => {
    runbook.world.functions['empty-bucket'] = failing(9, named('SafetyError'), () => undefined);
    const { error, states } = await runbook.run('teardown', { environment: 'dev' });
    expect(error).toBe('SafetyError');
    expect(states.at(-1)).toBe('Empty state bucket');
    expect(runbook.world.calls('empty-bucket')).toBe(1);
  });

  test('a state of another lineage is not destroyed', async () => {
    runbook.world.lineage = 'two';
    const { error, cause } = await runbook.run('teardown', { environment: 'dev' });
    expect(error).toBe('SafetyError');
    expect(cause).toContain('nothing was destroyed');
    expect(runbook.world.commands()).toEqual(['destroy-plan']);
  });

  test('a destroy that fails keeps the schedule, for a second chance', async () => {
    runbook.world.buildStatus = ({ variables }) => (variables.COMMAND === 'destroy' ? 'FAILED' : 'SUCCEEDED');
    const { error, states } = await runbook.run('teardown', { environment: 'dev' });
    expect(error).toBe('States.TaskFailed');
    expect(states.at(-1)).toBe('Destroy stack');
    expect([...runbook.world.schedules.keys()]).toEqual([
      'order-platform-dev-v3-teardown',
      'order-platform-dev-v3-warning',
    ]);
  });

  test('leftovers fail the teardown, and a redrive sweeps again', async () => {
    const { world } = runbook;
    world.functions.verdict = (_, call) =>
      call === 1 ? verdictOf('LEFTOVERS', 'log group /ecs/x is still there') : verdictOf('CLEAN', 'nothing is left');
    const { error, cause, executionArn } = await runbook.run('teardown', { environment: 'dev' });
    expect(error).toBe('States.TaskFailed');
    expect(cause).toContain('log group /ecs/x is still there');
    expect(world.records.get('dev')?.status).toBe('TEARING_DOWN');
    const redriven = await runbook.redrive(executionArn);
    expect(redriven.status).toBe('SUCCEEDED');
    expect(world.commands()).toEqual(['destroy-plan', 'destroy', 'destroy-backend']);
    expect(world.records.get('dev')?.status).toBe('GONE');
  });
});
