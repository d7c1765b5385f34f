import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutResult } from '../../../lambdas/contracts/payloads/images.ts';
import { checkResult, liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { failing, named } from './support/world.ts';

const OLD = `sha256:${'1'.repeat(64)}`;
/** The fake build publishes this digest. */
const NEW = `sha256:${'0'.repeat(64)}`;
const REPOSITORIES = ['order-platform-dev-v3-api', 'order-platform-dev-v3-worker'];
const ROLLOUT = [
  'Plan rollout',
  'Nothing but services?',
  'Apply rollout',
  'Read outputs',
  'Await rollout',
  'Rolled out?',
];
const TAGS = ['Move stable tags', 'Was it refused?'];

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => {
  runbook.reset();
  runbook.world.records.set('dev', liveRecord('dev'));
  for (const repository of REPOSITORIES) {
    runbook.world.tags.set(`${repository}:c0ffee0`, OLD);
    runbook.world.tags.set(`${repository}:beef123`, NEW);
    runbook.world.tags.set(`${repository}:${repository.split('-').at(-1)}-main`, OLD);
  }
});
afterAll(() => runbook.stop());

const deploy = (input: object = {}) => runbook.run('deploy', { environment: 'dev', commit: 'beef123', ...input });
const stable = () =>
  ['api', 'worker'].map((name) => runbook.world.tags.get(`order-platform-dev-v3-${name}:${name}-main`));
const planned = () => runbook.world.builds.filter(({ variables }) => variables.COMMAND === 'plan-rollout');
const refused = (summary: string): RolloutResult => ({ verdict: 'REFUSED', summary });
const sorted = (states: string[]) => [...states].sort();

describe('a deployment', () => {
  test('goes from images to a validated rollout, and only then into the record', async () => {
    const { status, output, states } = await deploy();
    expect(status).toBe('SUCCEEDED');
    const before = ['Check request', 'Claim environment', 'Publish images', ...ROLLOUT];
    expect(states.slice(0, before.length)).toEqual(before);
    expect(sorted(states.slice(before.length))).toEqual(
      sorted([...TAGS, 'Validate environment', 'Record environment']),
    );
    expect(runbook.world.commands()).toEqual(['images', 'plan-rollout', 'apply']);
    const { run, expiresAt } = liveRecord('dev');
    expect(output).toMatchObject({
      status: 'LIVE',
      run,
      commit: 'beef123',
      before: 'c0ffee0',
      report: expect.any(String),
    });
    expect(runbook.world.records.get('dev')).toMatchObject({
      status: 'LIVE',
      commit: 'beef123',
      run,
      expiresAt: expect.stringContaining(expiresAt.slice(0, 13)),
      ownerMachine: 'deploy',
      fencing: 2,
    });
    expect(stable()).toEqual([NEW, NEW]);
  });

  test('builds from the project’s own source, and plans with the configuration that made the environment', async () => {
    await deploy();
    const [images, plan, apply] = runbook.world.builds;
    // The build has no override, so BUNDLE_COMMIT of the project describes its source.
    expect(images).toMatchObject({ source: 'undefined', variables: { COMMIT: 'beef123', STABLE_TAGS: 'keep' } });
    expect(images?.variables).not.toHaveProperty('BUNDLE_COMMIT');
    const { bundleKey, expiresAt } = runbook.world.records.get('dev') ?? {};
    expect(plan?.source).toBe(`control/${bundleKey}`);
    expect(apply?.source).toBe(plan?.source);
    expect(plan?.variables).toMatchObject({ API_IMAGE: expect.stringContaining(`@${NEW}`), EXPIRES_AT: expiresAt });
  });

  test('of the same images again moves nothing', async () => {
    for (const name of ['api', 'worker']) runbook.world.tags.set(`order-platform-dev-v3-${name}:${name}-main`, NEW);
    expect((await deploy()).status).toBe('SUCCEEDED');
    expect(stable()).toEqual([NEW, NEW]);
  });

  test('waits for ECS, and for what is only passing', async () => {
    const { functions } = runbook.world;
    functions.rollout = failing(2, named('NotReadyError', 'api: IN_PROGRESS'), functions.rollout as never);
    functions.claim = failing(1, named('DependencyError'), functions.claim as never);
    expect((await deploy()).status).toBe('SUCCEEDED');
    expect(runbook.world.calls('rollout')).toBe(3);
  });
});

describe('what is refused is put back the way it came', () => {
  test.each([
    [
      'by ECS',
      () => {
        const answers = [refused('api: rolling back to deployment 1. Last stopped task: api: exit 1')];
        const { rollout } = runbook.world.functions;
        runbook.world.functions.rollout = (event, call) => answers[call - 1] ?? rollout?.(event, call);
      },
      /^commit beef123 was refused: api: rolling back to deployment 1\. Last stopped task: api: exit 1\. Commit c0ffee0 is live again/,
    ],
    [
      'by patience',
      () => {
        const { rollout } = runbook.world.functions;
        runbook.world.functions.rollout = failing(3, named('NotReadyError', 'api: 0/1'), rollout as never);
      },
      /^commit beef123 was refused: no end of the rollout in sight: api: 0\/1\. Commit c0ffee0 is live again/,
    ],
    [
      'by its validation',
      () => {
        runbook.world.functions['check-e2e-order'] = () => checkResult('e2e-order', 'failed');
      },
      /^commit beef123 was refused: .*e2e-order is not well.*report\.json\. Commit c0ffee0 is live again/s,
    ],
  ])('%s', async (_, arrange, message) => {
    arrange();
    const { status, error, cause, states } = await deploy();
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DeploymentRefused' });
    expect(cause).toMatch(message);
    expect(states.filter((state) => state === 'Plan rollout')).toHaveLength(2);
    expect(states.slice(-2)).toEqual(['Was it refused?', 'Deployment refused']);
    const [forth, back] = planned();
    expect(forth?.variables.API_IMAGE).toContain(NEW);
    expect(back?.variables).toMatchObject({
      API_IMAGE: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-api@${OLD}`,
      WORKER_IMAGE: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-worker@${OLD}`,
    });
    expect(stable()).toEqual([OLD, OLD]);
    expect(runbook.world.records.get('dev')).toMatchObject({ status: 'LIVE', commit: 'c0ffee0' });
  });

  test('unless more than services has changed meanwhile', async () => {
    runbook.world.functions.rollout = () => {
      runbook.world.others = 'aws_sqs_queue.orders (update)';
      return refused('api: rolled back');
    };
    const { error, cause, states } = await deploy();
    expect(error).toBe('RollbackFailed');
    expect(cause).toMatch(/could not be put back: the plan would also change aws_sqs_queue\.orders \(update\)\. Start/);
    expect(states.at(-1)).toBe('Rollback failed');
  });

  test('once: what ran before may be refused too', async () => {
    runbook.world.functions.rollout = () => refused('api: rolled back');
    const { error, cause, states } = await deploy();
    expect(error).toBe('RollbackFailed');
    expect(cause).toMatch(
      /commit beef123 was refused: .*images of commit c0ffee0 could not be put back: .*Start the provision/,
    );
    expect(states.filter((state) => state === 'Roll back')).toHaveLength(1);
  });
});

describe('a deployment does not begin', () => {
  test('with a plan that changes more than services', async () => {
    runbook.world.others = 'aws_db_instance.main (delete, create)';
    const { error, cause } = await deploy();
    expect(error).toBe('PlanRefused');
    expect(cause).toMatch(
      /^a deployment changes services.*aws_db_instance\.main \(delete, create\).*start the provision machine of dev with commit beef123/,
    );
    expect(runbook.world.commands()).toEqual(['images', 'plan-rollout']);
    expect(stable()).toEqual([OLD, OLD]);
  });

  test.each([
    ['an unknown key', { ttlHours: 3 }, 'unknown key "ttlHours"'],
    [
      'a commit without images',
      { commit: 'abc1234' },
      'commit abc1234 has no image: repository order-platform-dev-v3-',
    ],
    ['no such environment', { environment: 'nobody' }, 'environment "nobody" does not exist'],
  ])('with %s', async (_, input, message) => {
    const { error, cause, states } = await deploy(input);
    expect(error).toBe('InputError');
    expect(JSON.parse(cause ?? '').errorMessage).toContain(message);
    expect(states).toEqual(['Check request']);
    expect(runbook.world.builds).toEqual([]);
  });

  test('beside another execution; and a teardown ends it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { rollout } = runbook.world.functions;
    runbook.world.functions.rollout = (event, call) => promise.then(() => rollout?.(event, call));
    const holder = await runbook.start('deploy', { environment: 'dev', commit: 'beef123' });
    await expect.poll(() => runbook.world.records.get('dev')?.owner).toBe(holder);
    const second = await deploy();
    expect(second.error).toBe('EnvironmentLockedError');
    expect(second.cause).toContain(`held by deploy ${holder}`);

    const teardown = await runbook.run('teardown', { environment: 'dev' });
    expect(teardown.status).toBe('SUCCEEDED');
    expect(await runbook.ended(holder)).toMatchObject({ status: 'ABORTED', error: 'StoppedByTeardown' });
    resolve();
  });
});

describe('what fails by accident', () => {
  test('is left uncaught, and is redriven from there', async () => {
    let broken = true;
    runbook.world.buildStatus = ({ variables }) => (broken && variables.COMMAND === 'apply' ? 'FAILED' : 'SUCCEEDED');
    const { status, error, states, executionArn } = await deploy();
    expect({ status, error, last: states.at(-1) }).toEqual({
      status: 'FAILED',
      error: 'States.TaskFailed',
      last: 'Apply rollout',
    });
    broken = false;
    expect((await runbook.redrive(executionArn)).status).toBe('SUCCEEDED');
    expect(runbook.world.records.get('dev')?.commit).toBe('beef123');
  });
});
