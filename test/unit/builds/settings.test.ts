import { describe, expect, test } from 'vitest';
import { imageSettings } from '../../../builds/images/settings.ts';
import { COMMANDS, commandsOf, SEQUENCES, terraformSettings } from '../../../builds/terraform/settings.ts';
import { Variables } from '../../../builds/variables.ts';
import { imagesOfEnvironment } from '../../../lambdas/contracts/images.ts';
import { anImage, buildVariables } from '../../support/build-variables.ts';

const of = (command: string, changes: Record<string, string | undefined> = {}) =>
  terraformSettings(new Variables({ ...buildVariables, ...changes }).with('COMMAND', command));

/** Each command requires these variables in addition to those of all commands. */
const NEEDS: Record<(typeof COMMANDS)[number], string[]> = {
  bootstrap: ['BOOTSTRAP_STATE_KEY', 'STACK_ROOT'],
  repositories: ['STATE_KEY', 'STACK_ROOT', 'PROJECT'],
  plan: ['STATE_KEY', 'STACK_ROOT', 'API_IMAGE', 'WORKER_IMAGE'],
  review: ['STATE_KEY', 'STACK_ROOT', 'REVIEW_FUNCTION', 'COMMIT'],
  'plan-rollout': ['STATE_KEY', 'STACK_ROOT', 'API_IMAGE', 'WORKER_IMAGE'],
  apply: ['STATE_KEY', 'STACK_ROOT'],
  'destroy-plan': ['STATE_KEY', 'STACK_ROOT', 'MAX_DELETIONS'],
  destroy: ['STATE_KEY', 'STACK_ROOT', 'MAX_DELETIONS'],
  'destroy-backend': ['BOOTSTRAP_STATE_KEY'],
  preview: ['STATE_KEY', 'STACK_ROOT'],
};
const ALL = [
  ...['ENVIRONMENT', 'PREFIX', 'ACCOUNT_ID', 'AWS_REGION', 'OWNERSHIP_FUNCTION', 'OWNER', 'FENCING', 'REDRIVE'],
  ...['CODEBUILD_BUILD_ID', 'RUN', 'RUN_KEY', 'CONTROL_BUCKET', 'STATE_BUCKET', 'LOCK_TABLE', 'TERRAFORM_VERSION'],
  'EXPIRES_AT',
];

test('nothing is applied in one build that nobody has planned and reviewed there', () => {
  expect(commandsOf('prepare')).toEqual(['bootstrap', 'repositories']);
  expect(commandsOf('provision')).toEqual(['plan', 'review', 'apply']);
  expect(Object.keys(SEQUENCES).filter((name) => (COMMANDS as readonly string[]).includes(name))).toEqual([]);
});

test.each(['plan review apply', 'toString', 'plan,apply', ''])('%j is no command', (name) => {
  expect(commandsOf(name)).toEqual([name]);
  expect(() => of(name)).toThrow(/^COMMAND is .*; it must be one of bootstrap, .*, prepare, provision$/);
});

describe.each(COMMANDS)('%s', (command) => {
  // A preview claims nothing.
  const needed = [...ALL, ...NEEDS[command]].filter((name) => command !== 'preview' || name !== 'OWNERSHIP_FUNCTION');

  test.each(needed)('does not begin without %s', (name) => {
    expect(() => of(command, { [name]: undefined })).toThrow(`${name} is not set; it must be `);
  });

  test('needs nothing else', () => {
    const only = Object.fromEntries([...needed, 'IMAGES'].map((name) => [name, buildVariables[name]]));
    expect(terraformSettings(new Variables(only).with('COMMAND', command)).command).toBe(command);
  });
});

test.each(['ENVIRONMENT', 'RUN', 'STATE_BUCKET', 'STATE_KEY', 'STACK_ROOT', 'OWNER', 'EXPIRES_AT'])(
  'a value of %s matches from its beginning to its end',
  (name) => {
    const value = buildVariables[name] ?? '';
    for (const other of [`${value}\n`, ` ${value}`, `${value} x`, `$(${value})`, `${value}\n${value}`])
      expect(() => of('destroy', { [name]: other })).toThrow(`${name} is `);
  },
);

test.each([
  ['PERMISSIONS_BOUNDARY', 'bound'],
  ['NOTIFICATIONS_TOPIC', 'topic'],
  ['BLOCKERS_FUNCTION', 'a b'],
  ['PROJECT', 'A'],
  ['AWS_ENDPOINT_URL', 'file:///x'],
  ['DESTROY_PAUSE', '-1'],
  ['WATCH_PAUSE', '1.55'],
  ['CPU_ARCHITECTURE', 'arm64'],
])('%s may be missing, and is refused when it is %s', (name, value) => {
  expect(() => of('destroy', { [name]: undefined })).not.toThrow();
  expect(() => of('destroy', { [name]: value })).toThrow(`${name} is `);
});

test('without images, a plan asks for none, and there is nothing to roll out or to publish', () => {
  const without = { IMAGES: '[]', API_IMAGE: undefined, WORKER_IMAGE: undefined };
  expect(of('plan', without)).toMatchObject({ images: [], imageUris: {} });
  expect(() => of('plan-rollout', without)).toThrow('there are no images to roll out');
  expect(() => imageSettings(new Variables({ ...buildVariables, ...without }))).toThrow(
    'there are no images to publish',
  );
});

test('each image of the list is asked for by a variable of its own', () => {
  const IMAGES = JSON.stringify([anImage('web-app'), anImage('api')]);
  const by = (image: string) => `r/${image}@sha256:${'c'.repeat(64)}`;
  expect(of('plan', { IMAGES, WEB_APP_IMAGE: by('w'), API_IMAGE: by('a') }).imageUris).toEqual({
    'web-app': by('w'),
    api: by('a'),
  });
  expect(() => of('plan', { IMAGES })).toThrow('WEB_APP_IMAGE is not set; it must be an image by digest');
});

test.each([
  ['own', '{prefix}-jobs', 'order-platform-dev-v3-jobs', 'jobs-main'],
  ['own', 'team/{environment}/jobs', 'team/dev/jobs', 'jobs-main'],
  ['shared', 'team/jobs', 'team/jobs', 'order-platform-dev-v3-jobs-main'],
])(
  'in a repository of its %s, %s, an image has a stable tag that is the environment’s',
  (_, given, repository, stableTag) => {
    const IMAGES = JSON.stringify([anImage('jobs', { repository: given })]);
    expect(imageSettings(new Variables({ ...buildVariables, IMAGES })).images).toMatchObject([
      { repository, stableTag },
    ]);
    const declared = [{ name: 'jobs', repository: given }];
    const environment = { prefix: buildVariables.PREFIX ?? '', environment: 'dev' };
    expect(imagesOfEnvironment(declared, environment)).toMatchObject([{ repository, stableTag }]);
  },
);

test.each([
  ['{', 'IMAGES is no JSON'],
  ['{}', 'IMAGES is no list of images'],
  [JSON.stringify([anImage('api', { dockerfile: '../x' })]), '0.dockerfile: must be a path in the source'],
  [JSON.stringify([anImage('api', { context: '/etc' })]), '0.context: must be a path in the source'],
  [JSON.stringify([anImage('api', { platforms: ['--push'] })]), '0.platforms.0: '],
])('the list of images %s is refused', (IMAGES, message) => {
  expect(() => of('plan', { IMAGES })).toThrow(message);
});

describe('a backend of other names', () => {
  const names = { BACKEND_BUCKET: 'acme.{environment}.{account}', BACKEND_TABLE: 'Acme_{environment}' };
  const own = { STATE_BUCKET: 'acme.dev.123456789012', LOCK_TABLE: 'Acme_dev' };

  test.each(COMMANDS)('is that of the environment in %s', (command) => {
    const { stateBucket, lockTable } = of(command, { ...names, ...own });
    expect({ stateBucket, lockTable }).toEqual({ stateBucket: 'acme.dev.123456789012', lockTable: 'Acme_dev' });
  });

  test.each<[Record<string, string>, string]>([
    [{ STATE_BUCKET: 'acme.live.123456789012' }, 'STATE_BUCKET is '],
    [{ STATE_BUCKET: 'acmexdev.123456789012' }, 'STATE_BUCKET is '],
    [{ STATE_BUCKET: 'order-platform-dev-v3-tfstate-123456789012' }, 'STATE_BUCKET is '],
    [{ LOCK_TABLE: 'Acme_live' }, 'LOCK_TABLE is '],
    [{ BACKEND_BUCKET: 'acme' }, 'BACKEND_BUCKET is '],
    [{ BACKEND_BUCKET: '(.*){environment}' }, 'BACKEND_BUCKET is '],
  ])('is refused with %j', (changes, message) => {
    expect(() => of('plan', { ...names, ...own, ...changes })).toThrow(message);
  });
});
