import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../../../../lambdas/contracts/environment-variables.ts';
import { manifest } from '../../../../lambdas/contracts/functions/preflight.ts';
import { ORDER_PLATFORM_IMAGES } from '../../../../lambdas/contracts/images.ts';
import type { EnvironmentMachine, EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { preflightRequest } from '../../../../lambdas/contracts/request.ts';
import { preflight } from '../../../../lambdas/environment/preflight.ts';
import type { BucketPlace } from '../../../../lambdas/environment/require-own-backend.ts';
import { requireOwnName } from '../../../../lambdas/environment/require-own-name.ts';
import { ACCOUNT, aRecord, arnOf, PATTERN, RUN } from '../support/fixtures.ts';

const env = parseEnvironment(manifest, {
  ENVIRONMENTS_TABLE: 't',
  NAME_PATTERN: PATTERN,
  ALLOWED_ACCOUNTS: ACCOUNT,
  ALLOWED_REGIONS: 'eu-west-1, eu-central-1',
  BUNDLE_COMMIT: '1234567',
  MAX_LIFE_HOURS: '48',
  SWEEP_EXCLUSIONS: '[]',
  CHECKS: 'alb-health,backend,document-intake',
  KEEP_BACKEND: 'no',
  BACKEND_NAMES: 'null',
  IMAGES: JSON.stringify(ORDER_PLATFORM_IMAGES),
  INPUT_TYPES: '{"task_cpu":"number","name":"string"}',
});
const execution = { id: arnOf('provision', 'x'), name: 'x', startTime: '2026-01-31T12:00:00.123Z' };

interface Options {
  record?: EnvironmentRecord | null;
  region?: string;
  account?: string;
  /** Both repositories have these tags. */
  published?: Record<string, string>;
  hasImages?: boolean;
  keepsBackend?: boolean;
  pattern?: string;
  /** The environments in `living` exist. The records of those in `malformed` cannot be read. */
  living?: string[];
  malformed?: string[];
  /** The bucket with the name of the state bucket is in this place. */
  bucket?: BucketPlace;
}

function check(machine: EnvironmentMachine, input: Record<string, unknown>, options: Options = {}) {
  const { record = null, region = 'eu-west-1', account = ACCOUNT, published = {}, hasImages = true } = options;
  const { keepsBackend = false } = options;
  const { pattern = PATTERN, living = [], malformed = [], bucket = { kind: 'none' } } = options;
  return preflight(
    { machine, input, execution },
    { env: { ...env, KEEP_BACKEND: keepsBackend, IMAGES: hasImages ? env.IMAGES : [], NAME_PATTERN: pattern }, region },
    {
      accountId: async () => account,
      loadRecord: async () => record,
      listRecords: async () => ({ records: living.map((name) => aRecord({ environment: name })), malformed }),
      bucketPlace: async () => bucket,
      taggedImage: async (repository, tag) => {
        const known = published[tag];
        if (known === undefined) return { kind: Object.keys(published).length > 0 ? 'no-image' : 'no-repository' };
        return { kind: 'found', digest: `sha256:${known}-${repository.split('-').at(-1)}` };
      },
    },
  );
}

const live = aRecord();
const gone = aRecord({ status: 'GONE', outputs: undefined });
const { outputs: _, ...unfinished } = aRecord({ status: 'PROVISIONING' });
const dev = { environment: 'dev' };

const bare = { hasImages: false };
const here: BucketPlace = { kind: 'found', region: 'eu-west-1' };
const elsewhere: BucketPlace = { kind: 'found', region: 'eu-central-1' };

const refusals: [string, EnvironmentMachine, Record<string, unknown>, Options, string, RegExp][] = [
  [
    'a variable that the configuration does not allow',
    'provision',
    { ...dev, variables: { db_password: 'hunter2' } },
    {},
    'InputError',
    /^input of provision: variable "db_password": the configuration does not allow it \(stack\.variables\.db_password\.input\); it allows name, task_cpu$/,
  ],
  [
    'a variable of another type',
    'provision',
    { ...dev, variables: { task_cpu: 'much', name: 'x' } },
    {},
    'InputError',
    /^input of provision: variable "task_cpu": must be a number$/,
  ],
  [
    'variables of a teardown',
    'teardown',
    { ...dev, variables: { task_cpu: 1 } },
    {},
    'InputError',
    /unknown key "variables"/,
  ],
  ['capitals', 'provision', { environment: 'Dev' }, {}, 'InputError', /environment "Dev": must be 2 to 21.*try "dev"/],
  [
    'a state bucket in another region',
    ...(['provision', dev, { bucket: elsewhere }, 'SafetyError'] as const),
    /is in eu-central-1, not in eu-west-1.*another namePattern/,
  ],
  [
    'a state bucket in another region, for a second life',
    ...(['provision', dev, { bucket: elsewhere, record: gone }, 'SafetyError'] as const),
    /is in eu-central-1/,
  ],
  [
    'a state bucket of another account',
    ...(['provision', dev, { bucket: { kind: 'denied' } }, 'SafetyError'] as const),
    /another account has a bucket of this name, or a policy denies it/,
  ],
  [
    'other images for what has none',
    'deploy',
    dev,
    { ...bare, record: live },
    'InputError',
    /no images of its own.*nothing to deploy/,
  ],
  [
    'a commit for what has no images',
    'provision',
    { ...dev, commit: 'abcdef0' },
    bare,
    'InputError',
    /"abcdef0".*leave "commit" out/,
  ],
  [
    'to deploy to what lacks an output',
    'deploy',
    dev,
    { record: aRecord({ outputs: { ...live.outputs, worker_service_name: undefined } }) },
    'InputError',
    /worker_service_name: .*provision it again/,
  ],
  ['an underscore', 'sweep', { environment: 'my_dev' }, {}, 'InputError', /"my_dev".*try "my-dev"/],
  ['a trailing hyphen', 'sweep', { environment: 'dev-' }, {}, 'InputError', /must not end with "-".*try "dev"/],
  [
    'a name that is nothing but wrong',
    'sweep',
    { environment: '1' },
    {},
    'InputError',
    /environment "1": must be[^(]*$/,
  ],
  ['a number for a name', 'sweep', { environment: 7 }, {}, 'InputError', /environment 7: must be a string/],
  ['a life too long', 'provision', { ...dev, ttlHours: 73 }, {}, 'InputError', /ttlHours 73: must be at most 72$/],
  ['half an hour', 'provision', { ...dev, ttlHours: 0.5 }, {}, 'InputError', /ttlHours 0.5: must be a whole number/],
  ['no name', 'sweep', {}, {}, 'InputError', /environment: /],
  [
    "another environment's prefix",
    'sweep',
    { environment: 'dev-v3' },
    {},
    'InputError',
    /must not contain "-v3".*try "dev"/,
  ],
  ["another environment's prefix inside", 'sweep', { environment: 'dev-v3-x' }, {}, 'InputError', /try "dev-x"/],
  [
    'an unknown key',
    'provision',
    { ...dev, region: 'x' },
    {},
    'InputError',
    /input of provision: unknown key "region"/,
  ],
  ['two mistakes', 'provision', { environment: 'Dev', nope: 1 }, {}, 'InputError', /"Dev".*unknown key "nope"/],
  ['too long a life', 'provision', { ...dev, ttlHours: 100 }, {}, 'InputError', /ttlHours/],
  [
    'a longer life than is allowed here',
    'provision',
    { ...dev, ttlHours: 72 },
    {},
    'InputError',
    /ttlHours 72.*48.*MAX_LIFE_HOURS/,
  ],
  ['no order at all', 'validate', { ...dev, orders: 0 }, { record: live }, 'InputError', /orders/],
  ['more orders than a report can show', 'validate', { ...dev, orders: 11 }, { record: live }, 'InputError', /orders/],
  [
    'an unknown check',
    'validate',
    { ...dev, checks: ['nope'] },
    { record: live },
    'InputError',
    /check "nope": must be one of alb-health, backend, document-intake$/,
  ],
  [
    'a foreign region',
    'sweep',
    dev,
    { region: 'us-east-1' },
    'SafetyError',
    /region "us-east-1" is not allowed here: use one of eu-west-1, eu-central-1 \(ALLOWED_REGIONS\)/,
  ],
  [
    'a foreign account',
    'sweep',
    dev,
    { account: '999999999999' },
    'SafetyError',
    /account "999999999999".*ALLOWED_ACCOUNTS/,
  ],
  ['validating nothing', 'validate', dev, {}, 'InputError', /environment "dev" does not exist/],
  ['validating what is gone', 'validate', dev, { record: gone }, 'InputError', /does not exist/],
  ['validating too early', 'validate', dev, { record: unfinished }, 'InputError', /is PROVISIONING and has no outputs/],
  ['an extension without a reason', 'extend', { ...dev, hours: 2 }, { record: live }, 'InputError', /reason/],
  ['half an hour', 'extend', { ...dev, hours: 0.5, reason: 'x' }, { record: live }, 'InputError', /hours/],
  [
    'a protection until some time',
    'protect',
    { ...dev, until: 'Friday', reason: 'x' },
    { record: live },
    'InputError',
    /until "Friday": must be a time such as .* or null/,
  ],
  ['a protection without an end', 'protect', { ...dev, reason: 'x' }, { record: live }, 'InputError', /until/],
  [
    'a run of another environment',
    'sweep',
    { ...dev, run: 'dev2-20260131T120000-abc123' },
    {},
    'InputError',
    /must be a run of "dev"/,
  ],
  ['a run that is a path', 'sweep', { ...dev, run: '../dev2' }, {}, 'InputError', /run "..\/dev2"/],
  ['deploying to nothing', 'deploy', dev, {}, 'InputError', /"dev" does not exist: provision it first/],
  [
    'deploying to what has half gone',
    'deploy',
    dev,
    {
      record: aRecord({
        status: 'FAILED',
        lastFailure: {
          machine: 'teardown',
          status: 'FAILED',
          at: '2026-01-31T12:00:00Z',
          execution: arnOf('teardown', 'x'),
        },
      }),
    },
    'InputError',
    /its teardown began.*only provisioned again/,
  ],
  ['deploying too early', 'deploy', dev, { record: unfinished }, 'InputError', /is PROVISIONING and has no outputs/],
  [
    'deploying while it is provisioned again',
    'deploy',
    dev,
    { record: aRecord({ status: 'PROVISIONING' }) },
    'InputError',
    /is PROVISIONING, and can be deployed to while it is LIVE: wait for its provision/,
  ],
  [
    'deploying to what goes away',
    'deploy',
    dev,
    { record: aRecord({ status: 'TEARING_DOWN' }) },
    'InputError',
    /is TEARING_DOWN.*provision it again when it is GONE/,
  ],
  [
    'a commit that nobody has built',
    'deploy',
    { ...dev, commit: 'feedbeef' },
    { record: live, published: { abcdef1: 'old' } },
    'InputError',
    /^commit feedbeef has no image: repository order-platform-dev-v3-(api|worker) has no such tag\. Fix: push an image tagged feedbeef to each .* at that commit \(what is deployed was made from 1234567/,
  ],
  [
    'a commit that nobody can have built yet',
    'provision',
    { ...dev, commit: 'feedbeef' },
    {},
    'InputError',
    /^commit feedbeef has no image: there is no repository order-platform-dev-v3-/,
  ],
  [
    'a deployment that could not be taken back',
    'deploy',
    { ...dev, commit: '1234567' },
    { record: live, published: { 1234567: 'new' } },
    'InputError',
    /^commit abcdef1 has no image: .*what the record says is live.*start the provision machine/,
  ],
  [
    'a life that is over',
    'provision',
    dev,
    { record: aRecord({ createdAt: '2026-01-29T12:00:00Z' }) },
    'InputError',
    /tear it down first/,
  ],
];

test('variables that the configuration allows are the request’s, each of its type', async () => {
  const { variables } = await check('provision', { ...dev, variables: { task_cpu: '512', name: '1' } });
  expect(variables).toEqual({ task_cpu: 512, name: '1' });
  expect(await check('provision', dev)).not.toHaveProperty('variables');
});

describe('preflight refuses', () => {
  test.each(refusals)('%s', async (_name, machine, input, options, name, message) => {
    await expect(check(machine, input, options)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });
});

describe('preflight works out', () => {
  test('everything of a first provision', async () => {
    const request = await check('provision', { ...dev, reason: 'demo' });
    expect(request).toMatchObject({
      run: expect.stringMatching(/^dev-20260131T120000-[0-9a-f]{6}$/),
      commit: '1234567',
      ttlHours: 8,
      approval: 'none',
      onFailure: 'keep',
      expiresAt: '2026-01-31T20:00:00Z',
      accountId: ACCOUNT,
      record: null,
    });
    expect(request.keys.base).toBe(`environments/dev/runs/${request.run}`);
    expect(Object.values(request)).not.toContain(undefined);
    expect(preflightRequest.parse(request)).toEqual(request);
  });

  test('the same run for every attempt of an execution', async () => {
    const [first, second] = [await check('provision', dev), await check('provision', dev)];
    expect(first.run).toBe(second.run);
  });

  test.each<[EnvironmentMachine, EnvironmentRecord, 'kept' | 'new']>([
    ['provision', live, 'kept'],
    ['provision', gone, 'new'],
    ['teardown', live, 'kept'],
    ['teardown', gone, 'new'],
    ['sweep', gone, 'kept'],
  ])('the run of a %s', async (machine, record, expected) => {
    const { run } = await check(machine, dev, { record });
    expect(run === RUN).toBe(expected === 'kept');
  });

  test.each([
    ['the one asked for', { ...dev, commit: 'feedbeef' }, live, 'feedbeef'],
    ["the record's", dev, live, 'abcdef1'],
    ["the bundle's", dev, null, '1234567'],
  ])('the commit of a teardown or validation: %s', async (_name, input, record, commit) => {
    const machine = 'commit' in input ? 'validate' : 'teardown';
    expect((await check(machine, input, { record })).commit).toBe(commit);
  });

  test.each<[string, Record<string, unknown>, Partial<EnvironmentRecord>, boolean | undefined]>([
    ['is kept on purpose when it was by the teardown', dev, { status: 'GONE', keptBackend: true }, true],
    ['is not when it was not', dev, { status: 'GONE', keptBackend: false }, false],
    ['is not when the sweep says so', { ...dev, keepBackend: false }, { status: 'GONE', keptBackend: true }, false],
    ['is when the sweep says so', { ...dev, keepBackend: true }, { status: 'GONE' }, true],
    ['of what lives is not', dev, { status: 'FAILED', keptBackend: true }, undefined],
    [
      'of another life is not',
      { ...dev, run: 'dev-20250131T120000-abc123' },
      { status: 'GONE', keptBackend: true },
      undefined,
    ],
  ])('a backend that a sweep finds %s', async (_, input, changes, expected) => {
    expect((await check('sweep', input, { record: aRecord(changes) })).keepBackend).toBe(expected);
  });

  const swept = (provenance: boolean) => ({
    ...{ verdict: 'LEFTOVERS' as const, at: '2026-01-31T13:00:00Z', execution: 'arn:x', certificate: 'k' },
    ...(provenance ? { provenance } : {}),
  });
  test.each<[string, Record<string, unknown>, Partial<EnvironmentRecord>, boolean]>([
    ['is asked as the last sweep was', dev, { status: 'GONE', lastSweep: swept(true) }, true],
    ['is not asked where it never was', dev, { status: 'GONE', lastSweep: swept(false) }, false],
    ['is asked when the sweep says so', { ...dev, provenance: true }, { status: 'GONE' }, true],
    ['is not asked when it says so', { ...dev, provenance: false }, { lastSweep: swept(true) }, false],
    ['of another life says nothing', { ...dev, run: 'dev-20250131T120000-abc123' }, { lastSweep: swept(true) }, false],
  ])('CloudTrail %s', async (_, input, changes, expected) => {
    expect((await check('sweep', input, { record: aRecord(changes) })).provenance).toBe(expected);
  });

  test.each<[string, Options]>([
    ['that nobody has', { bucket: { kind: 'none' } }],
    ['that was kept here', { bucket: here, record: gone }],
    ['of what lives here, wherever S3 sees it', { bucket: elsewhere, record: live }],
  ])('a state bucket %s is no obstacle', async (_, options) => {
    expect((await check('provision', dev, options)).environment).toBe('dev');
  });

  test('a check that is asked for twice is one check', async () => {
    const request = await check('validate', { ...dev, checks: ['backend', 'alb-health', 'backend'] }, { record: live });
    expect(request.checks).toEqual(['backend', 'alb-health']);
  });

  test.each<[string, Record<string, string>, EnvironmentRecord, string]>([
    ['the bundle’s, which may yet be built', dev, live, '1234567'],
    ['an older one, on purpose', { ...dev, commit: 'feedbeef' }, live, 'feedbeef'],
    ['of an environment that failed', dev, aRecord({ status: 'FAILED' }), '1234567'],
  ])('what a deployment takes, and what it would put back: %s', async (_name, input, record, commit) => {
    const published = { abcdef1: 'old', feedbeef: 'older' };
    const request = await check('deploy', input, { record, published });
    expect(request).toMatchObject({
      commit,
      run: RUN,
      bundleCommit: '1234567',
      liveImages: {
        api: `${record.outputs?.ecr_api_repository_url}@sha256:old-api`,
        worker: `${record.outputs?.ecr_worker_repository_url}@sha256:old-worker`,
      },
    });
    expect(request).not.toHaveProperty('expiresAt');
    expect(preflightRequest.parse(request)).toEqual(request);
  });

  test('a provision of a commit that was pushed', async () => {
    const published = { feedbeef: 'pushed' };
    const request = await check('provision', { ...dev, commit: 'feedbeef' }, { record: live, published });
    expect(request).toMatchObject({ commit: 'feedbeef', bundleCommit: '1234567' });
    expect(request).not.toHaveProperty('liveImages');
  });

  test('no longer life than is left', async () => {
    const record = aRecord({ createdAt: '2026-01-29T18:00:00Z' });
    expect((await check('provision', dev, { record })).expiresAt).toBe('2026-01-31T18:00:00Z');
  });

  test('a life that is over, for what is protected', async () => {
    const createdAt = '2026-01-29T12:00:00Z';
    const by = arnOf('protect', 'ada');
    const protection = { until: '2026-02-02T00:00:00Z', by, at: createdAt, reason: 'demo' };
    const record = aRecord({ createdAt, protection });
    expect((await check('provision', dev, { record })).expiresAt).toBe('2026-01-31T12:00:00Z');
  });

  test.each<[EnvironmentMachine, Record<string, unknown>]>([
    ['extend', { hours: 2, reason: 'demo' }],
    ['protect', { until: '2026-02-02', reason: 'demo' }],
    ['protect', { until: null, reason: 'over' }],
    ['teardown', { onlyIfExpired: true }],
  ])('what %s passes on of %j', async (machine, input) => {
    const request = await check(machine, { ...dev, ...input }, { record: live });
    expect(request).toMatchObject(input);
    expect(preflightRequest.parse(request)).toEqual(request);
  });

  test('nothing of the id that a calling execution adds', async () => {
    await expect(check('sweep', { ...dev, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn' })).resolves.toBeDefined();
  });
});

describe('under a pattern without a suffix', () => {
  const pattern = 'shop-{environment}';
  const provision = (environment: string, options: Options) =>
    check('provision', { environment }, { pattern, ...options });

  test.each<[string, Options, RegExp]>([
    ['pr-1', { living: ['pr-1-fix'] }, /"pr-1-fix" exists.*names of "pr-1-fix" begin like those of "pr-1".*try "pr1"/],
    ['pr-1-fix', { living: ['pr-1'] }, /"pr-1" exists.*names of "pr-1-fix" begin like those of "pr-1".*try "pr1fix"/],
    [
      'pr',
      { living: ['pr-1'] },
      /"pr-1" exists.*choose another name, tear down "pr-1" first, or give namePattern a suffix/,
    ],
    ['pr-1', { malformed: ['pr-1-odd'] }, /"pr-1-odd" exists/],
    ['pr-1', { living: ['pr-1-fix'], record: aRecord({ environment: 'pr-1', status: 'GONE' }) }, /"pr-1-fix" exists/],
  ])('%s does not begin beside what it cannot be distinguished from', async (environment, options, message) => {
    await expect(provision(environment, options)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message),
    });
  });

  test.each<[string, Options]>([
    ['pr-1', { living: ['pr-2', 'pr-10', 'apr-1'] }],
    ['pr-1', { living: ['pr-1-fix'], record: aRecord({ environment: 'pr-1' }) }],
    ['pr-1', { living: ['pr-1-fix'], pattern: 'shop-{environment}-v3' }],
  ])(
    '%s begins beside what it can be distinguished from, and what lives already goes on',
    async (environment, options) => {
      await expect(provision(environment, options)).resolves.toMatchObject({ environment });
    },
  );

  test('is torn down and swept whatever lives beside it', async () => {
    for (const machine of ['teardown', 'sweep'] as const) {
      const living = ['pr-1-fix'];
      await expect(check(machine, { environment: 'pr-1' }, { pattern, living })).resolves.toMatchObject({ machine });
    }
  });

  test('records that cannot be read at all let nothing begin', async () => {
    const denied = Object.assign(new Error('denied'), { name: 'AccessDeniedException' });
    await expect(requireOwnName('pr-1', null, pattern, { listRecords: () => Promise.reject(denied) })).rejects.toThrow(
      'denied',
    );
  });
});

/** Whoever tries again, a schedule for one, does not know what the first one was asked for. */
describe('a teardown after one that was to keep the backend', () => {
  test.each<[string, Record<string, unknown>, Partial<EnvironmentRecord>, boolean]>([
    ['keeps it, too', { onlyIfExpired: true }, { status: 'FAILED', keptBackend: true }, true],
    ['keeps it, when the first one was the last', {}, { status: 'GONE', keptBackend: true }, true],
    ['destroys it when that is asked for', { keepBackend: false }, { status: 'FAILED', keptBackend: true }, false],
    ['destroys it when nobody has asked to keep it', {}, { status: 'FAILED' }, false],
    ['keeps it when that is asked for', { keepBackend: true }, { status: 'FAILED' }, true],
  ])('%s', async (_, input, changes, expected) => {
    const record = aRecord(changes);
    expect((await check('teardown', { ...dev, ...input }, { record })).keepBackend).toBe(expected);
  });
});

describe('a backend that the configuration keeps', () => {
  test.each<[EnvironmentMachine, boolean | undefined]>([
    ['teardown', true],
    ['sweep', true],
    ['validate', undefined],
    ['provision', true],
  ])('is kept by %s, whatever is asked for: %s', async (machine, kept) => {
    const { keepBackend } = await check(machine, dev, { record: live, keepsBackend: true });
    expect(keepBackend || undefined).toBe(kept);
    if (machine !== 'teardown') return;
    expect(
      (await check(machine, { ...dev, keepBackend: false }, { record: live, keepsBackend: true })).keepBackend,
    ).toBe(true);
    expect((await check(machine, dev, { record: live })).keepBackend).toBe(false);
  });
});
