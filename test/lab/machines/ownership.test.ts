import { SendTaskSuccessCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => runbook.reset());
afterAll(() => runbook.stop());

/** Lets the build of a command fail, until the returned function is called. */
function breakBuild(command: string): () => void {
  let broken = true;
  runbook.world.buildStatus = ({ variables }) => (broken && variables.COMMAND === command ? 'FAILED' : 'SUCCEEDED');
  return () => {
    broken = false;
  };
}

/** Redrives an execution, and returns what it changed. */
async function redrive(executionArn: string) {
  const { world } = runbook;
  const [before, tags] = [world.changed.length, new Map(world.tags)];
  const { status, error, cause = '' } = await runbook.redrive(executionArn);
  return {
    status,
    error,
    cause,
    changed: world.changed.slice(before),
    tags: [...world.tags].filter(([tag, digest]) => tags.get(tag) !== digest),
  };
}

const nothing = { status: 'FAILED', changed: [], tags: [] };

async function live() {
  const { world } = runbook;
  world.records.set('dev', liveRecord('dev'));
  for (const [name, digest] of [
    ['c0ffee0', `sha256:${'1'.repeat(64)}`],
    ['beef123', `sha256:${'0'.repeat(64)}`],
    ['feed456', `sha256:${'0'.repeat(64)}`],
  ]) {
    for (const service of ['api', 'worker']) world.tags.set(`order-platform-dev-v3-${service}:${name}`, digest ?? '');
  }
}

/** Runs a teardown that fails in a state, and a provision that has created the environment anew since. */
async function lostTeardown(breaks: () => () => void) {
  await live();
  const mend = breaks();
  const teardown = await runbook.run('teardown', { environment: 'dev' });
  expect(teardown.status).toBe('FAILED');
  mend();
  const provision = await runbook.run('provision', { environment: 'dev' });
  expect(provision.status).toBe('SUCCEEDED');
  const until = new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10);
  expect((await runbook.run('protect', { environment: 'dev', until, reason: 'demo' })).status).toBe('SUCCEEDED');
  return { teardown, provision };
}

/** Lets a function fail, until the returned function is called. */
const breakFunction = (name: string) => () => {
  const { functions } = runbook.world;
  const behaviour = functions[name];
  functions[name] = failing(99, named('SafetyError'), () => undefined);
  return () => {
    functions[name] = behaviour as never;
  };
};

describe('a teardown that lost the environment to a provision', () => {
  test.each<[string, () => () => void]>([
    ['Take inventory', breakFunction('inventory')],
    ['Plan destroy', () => breakBuild('destroy-plan')],
    ['Remove unmanaged resources', breakFunction('remove-unmanaged')],
    ['Destroy stack', () => breakBuild('destroy')],
    ['Empty state bucket', breakFunction('empty-bucket')],
    ['Destroy backend', () => breakBuild('destroy-backend')],
    ['Schedule delayed sweeps', breakFunction('schedules')],
  ])('and is redriven at %s changes nothing, and says whose it is', async (state, breaks) => {
    const { teardown, provision } = await lostTeardown(breaks);
    expect(teardown.states.at(-1)).toBe(state);
    const schedules = structuredClone(runbook.world.schedules);
    const { cause, ...redriven } = await redrive(teardown.executionArn);
    expect(redriven).toMatchObject(nothing);
    expect(cause).toContain(`provision ${provision.executionArn}`);
    expect(cause).toMatch(/LIVE, protected until 20\d\d-.*Do not redrive/s);
    expect(runbook.world.schedules).toEqual(schedules);
    expect(runbook.world.records.get('dev')).toMatchObject({ status: 'LIVE', owner: provision.executionArn });
  });

  test('and is redriven at its sweep does not say that the environment is gone', async () => {
    const sweep = () => {
      runbook.world.functions.verdict = failing(1, named('SafetyError'), runbook.world.functions.verdict as never);
      return () => {};
    };
    const { teardown, provision } = await lostTeardown(sweep);
    const { cause, ...redriven } = await redrive(teardown.executionArn);
    expect(redriven).toMatchObject(nothing);
    expect(cause).toContain(provision.executionArn);
    expect(runbook.world.records.get('dev')).toMatchObject({ status: 'LIVE' });
  });
});

describe('a provision that lost the environment', () => {
  test('to one whose plan waits for a person does not apply that plan', async () => {
    const mend = breakBuild('provision');
    const first = await runbook.run('provision', { environment: 'dev' });
    expect(first.states.at(-1)).toBe('Plan and apply');
    mend();
    const second = await runbook.start('provision', { environment: 'dev', approval: 'plan' });
    await expect.poll(() => runbook.world.messages.length, { timeout: 10_000 }).toBe(1);

    const { cause, ...redriven } = await redrive(first.executionArn);
    expect(redriven).toMatchObject(nothing);
    expect(cause).toContain(`provision ${second}`);
    const taskToken = /--task-token (\S+)/.exec(runbook.world.messages[0]?.Message ?? '')?.[1] ?? '';
    await runbook.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved": true}' }));
    expect((await runbook.ended(second)).status).toBe('SUCCEEDED');
    const plans = runbook.world.builds.filter(({ variables }) => /^(plan|provision)$/.test(variables.COMMAND ?? ''));
    expect(new Set(plans.map(({ variables }) => variables.FENCING)).size).toBe(2);
  });

  test('asks nobody to approve a plan any more', async () => {
    runbook.world.functions['review-plan'] = failing(
      1,
      named('SafetyError'),
      runbook.world.functions['review-plan'] as never,
    );
    const first = await runbook.run('provision', { environment: 'dev', approval: 'plan' });
    expect(first.states.at(-1)).toBe('Review plan');
    await runbook.run('provision', { environment: 'dev' });
    expect(await redrive(first.executionArn)).toMatchObject(nothing);
    expect(runbook.world.messages).toEqual([]);
  });

  test.each([
    ['prepare', {}],
    ['provision', {}],
    ['plan', { approval: 'plan' }],
  ])('to a teardown that stopped it, and is redriven at %s, builds nothing', async (command, input) => {
    const { world } = runbook;
    const held = Promise.withResolvers<void>();
    world.hold = ({ variables }) => (variables.COMMAND === command ? held.promise : undefined);
    const provision = await runbook.start('provision', { environment: 'dev', ...input });
    await expect.poll(() => world.commands(), { timeout: 10_000 }).toContain(command);
    const stopping = runbook.start('teardown', { environment: 'dev' });
    expect((await runbook.ended(provision)).error).toBe('StoppedByTeardown');
    held.resolve();
    world.hold = () => undefined;
    expect((await runbook.ended(await stopping)).status).toBe('SUCCEEDED');

    const { cause, ...redriven } = await redrive(provision);
    expect(redriven).toMatchObject(nothing);
    expect(cause).toMatch(/teardown arn:\S+ .*GONE/);
  });
});

describe('a deployment that lost the environment to another', () => {
  const deploy = (commit: string) => runbook.run('deploy', { environment: 'dev', commit });

  test.each(['plan-rollout', 'apply'])('and is redriven at %s rolls nothing out', async (command) => {
    await live();
    const mend = breakBuild(command);
    const first = await deploy('beef123');
    mend();
    const second = await deploy('feed456');
    expect(second.status).toBe('SUCCEEDED');
    const { cause, ...redriven } = await redrive(first.executionArn);
    expect(redriven).toMatchObject(nothing);
    expect(cause).toContain(`deploy ${second.executionArn}`);
    expect(runbook.world.records.get('dev')).toMatchObject({ commit: 'feed456' });
  });

  test('and is redriven at its tags moves none', async () => {
    await live();
    const mend = breakFunction('move-tags')();
    const first = await deploy('beef123');
    expect(first.states.at(-1)).toBe('Move stable tags');
    mend();
    expect((await deploy('feed456')).status).toBe('SUCCEEDED');
    expect(await redrive(first.executionArn)).toMatchObject(nothing);
  });
});

describe('a redriven execution that still owns the environment', () => {
  test.each(['prepare', 'provision'])('goes on at %s', async (command) => {
    const mend = breakBuild(command);
    const { executionArn } = await runbook.run('provision', { environment: 'dev' });
    mend();
    // The end of an execution is recorded in the same way.
    Object.assign(runbook.world.records.get('dev') ?? {}, { status: 'FAILED' });
    expect((await runbook.redrive(executionArn)).status).toBe('SUCCEEDED');
  });

  test('is not taken over from, although it was dead a moment ago', async () => {
    const { world } = runbook;
    const mend = breakBuild('provision');
    const { executionArn } = await runbook.run('provision', { environment: 'dev' });
    mend();
    const held = Promise.withResolvers<void>();
    world.hold = ({ variables }) => (variables.COMMAND === 'provision' ? held.promise : undefined);
    // The description lags behind: it has the end before the redrive.
    world.stale.set(executionArn, { status: 'FAILED', redriveCount: 0 });
    const redriven = runbook.redrive(executionArn);
    await expect.poll(() => world.commands().filter((one) => one === 'provision').length, { timeout: 10_000 }).toBe(2);
    const second = await runbook.run('provision', { environment: 'dev' });
    expect(second).toMatchObject({ status: 'FAILED', error: 'NotReadyError' });
    expect(second.cause).toContain(executionArn);
    held.resolve();
    expect((await redriven).status).toBe('SUCCEEDED');
  });

  test('may be stopped in the middle of a function, and the next one waits until that is over', async () => {
    await live();
    const { world } = runbook;
    const held = Promise.withResolvers<void>();
    world.holdFunction = (name) => (name === 'empty-bucket' ? held.promise : undefined);
    const teardown = await runbook.start('teardown', { environment: 'dev' });
    await expect.poll(() => world.calls('empty-bucket'), { timeout: 10_000 }).toBe(1);
    await runbook.sfn.send(new StopExecutionCommand({ executionArn: teardown }));
    const early = await runbook.run('provision', { environment: 'dev' });
    expect(early).toMatchObject({ status: 'FAILED', error: 'NotReadyError' });
    expect(early.cause).toMatch(/a function of teardown .* may be at work until/);
    held.resolve();
    world.holdFunction = () => undefined;
    await expect.poll(() => world.changed, { timeout: 10_000 }).toContain('empty-bucket');
    expect((await runbook.run('provision', { environment: 'dev' })).status).toBe('SUCCEEDED');
  });
});
