import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { atMinuteAfter, checkResult, liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => runbook.reset());
afterAll(() => runbook.stop());

describe('a provision', () => {
  test('goes through the runbook in its order and ends with what people need', async () => {
    const { status, output, states } = await runbook.run('provision', { environment: 'dev', ttlHours: 2 });
    expect(status).toBe('SUCCEEDED');
    expect(states).toEqual([
      'Check request',
      'Claim environment',
      'Schedule teardown',
      'Bootstrap backend',
      'Images to publish?',
      'Publish images',
      'Does a person approve?',
      'Plan and apply',
      'Was it applied?',
      'Read outputs',
      'Move stable tags',
      'Validate environment',
      'Record environment',
    ]);
    expect(runbook.world.commands()).toEqual(['prepare', 'images', 'provision']);
    expect(runbook.world.changed.filter((name) => name !== 'schedules')).toEqual([
      ...['bootstrap', 'repositories', 'images', 'plan', 'apply', 'outputs', 'move-tags'],
    ]);
    expect([...runbook.world.tags.keys()].sort()).toEqual([
      'order-platform-dev-v3-api:api-main',
      'order-platform-dev-v3-worker:worker-main',
    ]);
    expect(output).toMatchObject({
      environment: 'dev',
      run: expect.stringMatching(/^dev-\d{8}T\d{6}-[0-9a-f]{6}$/),
      status: 'LIVE',
      url: 'http://dev.eu-west-1.elb.amazonaws.com',
      expiresAt: expect.stringMatching(/Z$/),
      commit: 'c0ffee0',
      plan: { add: 83, change: 0, destroy: 2 },
      images: { api: expect.stringContaining('/api@sha256:'), worker: expect.stringContaining('/worker@sha256:') },
      evidence: expect.stringMatching(/^s3:\/\/control\/environments\/dev\/runs\/.+\/report\.json$/),
      seconds: expect.any(Number),
    });
    expect(runbook.world.records.get('dev')?.status).toBe('LIVE');
  });

  test('of a stack without images plans at once, and is given none', async () => {
    const { preflight, outputs } = runbook.world.functions;
    runbook.world.functions.preflight = async (event, call) => {
      const request = (await preflight?.(event, call)) as object;
      return { ...request, hasImages: false };
    };
    runbook.world.functions.outputs = async (event, call) => {
      await outputs?.(event, call);
      return { bucket: 'documents' };
    };
    const { status, output, states } = await runbook.run('provision', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(states).not.toContain('Publish images');
    expect(runbook.world.commands()).toEqual(['bootstrap', 'provision']);
    const plan = runbook.world.builds[1]?.variables ?? {};
    expect(Object.keys(plan).filter((name) => name.endsWith('_IMAGE'))).toEqual([]);
    expect(output).toMatchObject({ url: null, images: {} });
  });

  test('builds from the run’s own bundle, with images by digest, and gives each build no more than it needs', async () => {
    const { output } = await runbook.run('provision', { environment: 'dev' });
    const { builds } = runbook.world;
    expect(new Set(builds.map(({ source }) => source))).toEqual(
      new Set([`control/environments/dev/runs/${output.run}/bundle-1.zip`]),
    );
    const sha256 = runbook.world.records.get('dev')?.bundleSha256;
    expect(new Set(builds.map(({ variables }) => variables.BUNDLE_SHA256))).toEqual(new Set([sha256]));
    const [bootstrap, images, plan] = builds;
    expect(bootstrap?.variables).toMatchObject({
      ENVIRONMENT: 'dev',
      RUN: output.run,
      RUN_KEY: `environments/dev/runs/${output.run}`,
      PREFIX: 'order-platform-dev-v3',
      ACCOUNT_ID: '123456789012',
      STATE_BUCKET: 'order-platform-dev-v3-tfstate-123456789012',
      LOCK_TABLE: 'order-platform-dev-v3-tflock',
      EXPIRES_AT: output.expiresAt,
      OWNER: expect.stringMatching(/^arn:aws:states:/),
    });
    expect(Object.keys(images?.variables ?? {}).sort()).toEqual([
      'ACCOUNT_ID',
      'BUNDLE_COMMIT',
      'BUNDLE_SHA256',
      'COMMIT',
      'ENVIRONMENT',
      'FENCING',
      'OWNER',
      'PREFIX',
      'REDRIVE',
      'STABLE_TAGS',
    ]);
    expect(plan?.variables).toMatchObject({ API_IMAGE: output.images.api, WORKER_IMAGE: output.images.worker });
  });

  test('has its teardown scheduled before anything billable exists', async () => {
    runbook.world.buildStatus = () => 'FAILED';
    const { status, error } = await runbook.run('provision', { environment: 'dev', ttlHours: 1 });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(runbook.world.commands()).toEqual(['prepare']);
    const schedule = runbook.world.schedules.get('order-platform-dev-v3-teardown');
    const { expiresAt } = runbook.world.records.get('dev') ?? {};
    expect(schedule).toMatchObject({
      GroupName: 'runbook',
      ActionAfterCompletion: 'DELETE',
      ScheduleExpression: atMinuteAfter(expiresAt),
      Target: { Arn: expect.stringMatching(/:runbook-teardown$/) },
    });
    expect(JSON.parse(schedule?.Target.Input ?? '')).toEqual({
      environment: 'dev',
      onlyIfExpired: true,
      reason: 'its time is over',
    });
  });

  test('moves the teardown of an environment that is there already, and keeps its run', async () => {
    const record = liveRecord('dev');
    runbook.world.records.set('dev', record);
    runbook.world.schedules.set('order-platform-dev-v3-teardown', {} as never);
    const { output } = await runbook.run('provision', { environment: 'dev', ttlHours: 3 });
    expect(output.run).toBe(record.run);
    const { ScheduleExpression } = runbook.world.schedules.get('order-platform-dev-v3-teardown') ?? {};
    expect(ScheduleExpression).toBe(atMinuteAfter(output.expiresAt));
  });
});

test('a life that is shorter than its warning is not announced, and lived all the same', async () => {
  const createdAt = new Date(Date.now() - 71.6 * 3_600_000).toISOString();
  runbook.world.records.set('dev', { ...liveRecord('dev'), createdAt });
  const { status } = await runbook.run('provision', { environment: 'dev', ttlHours: 3 });
  expect(status).toBe('SUCCEEDED');
  expect([...runbook.world.schedules.keys()]).toEqual(['order-platform-dev-v3-teardown']);
});

describe('bad input ends early, with nothing created', () => {
  test.each([
    [{ environment: 'Dev_1' }, 'environment "Dev_1"'],
    [{ environment: 'dev', colour: 'red' }, 'unknown key "colour"'],
    [{ environment: 'dev', ttlHours: 100 }, 'ttlHours'],
  ])('%j', async (input, message) => {
    const { status, error, cause, states } = await runbook.run('provision', input);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'InputError' });
    expect(JSON.parse(cause ?? '').errorMessage).toContain(message);
    expect(states).toEqual(['Check request']);
    expect(runbook.world.calls('preflight')).toBe(1);
    expect(runbook.world.builds).toEqual([]);
  });

  test('an environment that a live execution holds', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    runbook.world.functions.outputs = () => promise;
    const holder = await runbook.start('provision', { environment: 'dev' });
    await expect.poll(() => runbook.world.records.get('dev')?.owner).toBe(holder);
    const { error, cause } = await runbook.run('provision', { environment: 'dev' });
    expect(error).toBe('EnvironmentLockedError');
    expect(cause).toContain(holder);
    expect(runbook.world.calls('claim')).toBe(2);
    await runbook.sfn.send(new StopExecutionCommand({ executionArn: holder }));
    resolve();
  });
});

describe('failures', () => {
  test('of a dependency are retried, and so are Lambda’s own', async () => {
    const { functions } = runbook.world;
    functions.preflight = failing(2, named('DependencyError'), functions.preflight as never);
    functions.claim = failing(1, named('TooManyRequestsException'), functions.claim as never);
    functions.schedules = failing(1, named('DependencyError'), functions.schedules as never);
    const { status } = await runbook.run('provision', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.calls('preflight')).toBe(3 + 1);
  });

  test('of the schedules leave nothing made that no schedule would end', async () => {
    runbook.world.functions.schedules = failing(9, named('SafetyError'), () => undefined);
    const { status, states } = await runbook.run('provision', { environment: 'dev' });
    expect({ status, last: states.at(-1) }).toEqual({ status: 'FAILED', last: 'Schedule teardown' });
    expect(runbook.world.builds).toEqual([]);
  });

  test('of a build are left uncaught, with the build as their cause', async () => {
    runbook.world.buildStatus = ({ variables }) => (variables.COMMAND === 'provision' ? 'FAILED' : 'SUCCEEDED');
    const { status, error, cause, states } = await runbook.run('provision', { environment: 'dev' });
    expect({ status, error, last: states.at(-1) }).toEqual({
      status: 'FAILED',
      error: 'States.TaskFailed',
      last: 'Plan and apply',
    });
    expect(JSON.parse(cause ?? '').Build.Id).toBe('runbook-terraform:3');
  });

  test('of the validation carry what failed', async () => {
    runbook.world.functions['check-backend'] = () => checkResult('backend', 'failed');
    const { status, cause } = await runbook.run('provision', { environment: 'dev' });
    expect(status).toBe('FAILED');
    expect(cause).toContain('backend is not well');
    expect(runbook.world.records.get('dev')?.status).toBe('PROVISIONING');
  });

  test('of a lost claim do not overwrite the record of the new owner', async () => {
    const { functions, records } = runbook.world;
    const { evidence } = functions;
    functions.evidence = (event, call) => {
      const result = evidence?.(event, call);
      Object.assign(records.get('dev') ?? {}, { fencing: 99 });
      return result;
    };
    const { error } = await runbook.run('provision', { environment: 'dev' });
    expect(error).toBe('DynamoDB.ConditionalCheckFailedException');
    expect(records.get('dev')?.status).toBe('PROVISIONING');
  });
});
