import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PATIENCE_MS } from '../../../lab/test/support/patience.ts';
import type { MachineName } from '../../../lambdas/contracts/record.ts';
import { liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
/** `release` lets the functions answer that hold a race up. */
let release: () => void;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => {
  runbook.reset();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { functions } = runbook.world;
  for (const name of ['outputs', 'inventory']) {
    const behaviour = functions[name];
    functions[name] = async (event, call) => {
      await held;
      return behaviour?.(event, call);
    };
  }
});
afterAll(() => runbook.stop());

const start = (machine: MachineName) => runbook.start(machine, { environment: 'dev' });
const isHeldUp = (times = 1) =>
  expect
    .poll(() => runbook.world.calls('outputs') + runbook.world.calls('inventory'), { timeout: PATIENCE_MS })
    .toBe(times);

describe('of two that want one environment', () => {
  test.each<[MachineName, MachineName]>([
    ['provision', 'provision'],
    ['teardown', 'teardown'],
    ['teardown', 'provision'],
  ])('%s and then %s: the error of the second names the owner', async (first, second) => {
    if (first === 'teardown') runbook.world.records.set('dev', liveRecord('dev'));
    const winner = await start(first);
    await isHeldUp();
    const loser = await runbook.ended(await start(second));
    expect(loser).toMatchObject({ status: 'FAILED', error: 'EnvironmentLockedError' });
    expect(loser.cause).toContain(`held by ${first} ${winner}`);
    release();
    expect((await runbook.ended(winner)).status).toBe('SUCCEEDED');
  });

  test('at the very same time, one wins', async () => {
    runbook.world.records.set('dev', liveRecord('dev'));
    const both = await Promise.all([start('teardown'), start('teardown')]);
    await isHeldUp();
    const first = await Promise.race(both.map((execution) => runbook.ended(execution)));
    expect(first).toMatchObject({ status: 'FAILED', error: 'EnvironmentLockedError' });
    release();
    const ends = await Promise.all(both.map((execution) => runbook.ended(execution)));
    expect(ends.map(({ status }) => status).sort()).toEqual(['FAILED', 'SUCCEEDED']);
    expect(runbook.world.commands()).toEqual(['destroy-plan', 'destroy', 'destroy-backend']);
  });

  test('a teardown stops a provision, waits for what of it is still at work, and takes over', async () => {
    const provision = await start('provision');
    await isHeldUp();
    const teardown = await start('teardown');
    expect(await runbook.ended(provision)).toMatchObject({ status: 'ABORTED', error: 'StoppedByTeardown' });
    expect(runbook.world.calls('inventory')).toBe(0);
    release();
    expect((await runbook.ended(teardown)).status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('dev')).toMatchObject({ status: 'GONE', owner: teardown });
  });
});
