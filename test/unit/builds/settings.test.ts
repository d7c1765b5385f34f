import { describe, expect, test } from 'vitest';
import { imageSettings } from '../../../builds/images/settings.ts';
import { COMMANDS, commandsOf, SEQUENCES, terraformSettings } from '../../../builds/terraform/settings.ts';
import { Variables } from '../../../builds/variables.ts';
import { buildVariables } from '../../support/build-variables.ts';

const of = (command: string, changes: Record<string, string | undefined> = {}) =>
  terraformSettings(new Variables({ ...buildVariables, ...changes }).with('COMMAND', command));

/** Variables that a command cannot do without, beyond those of all commands. */
const NEEDS: Record<(typeof COMMANDS)[number], string[]> = {
  bootstrap: ['BOOTSTRAP_STATE_KEY', 'STACK_ROOT'],
  repositories: ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT', 'PROJECT'],
  plan: ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT', 'API_IMAGE', 'WORKER_IMAGE'],
  review: ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT', 'REVIEW_FUNCTION', 'COMMIT'],
  'plan-rollout': ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT', 'API_IMAGE', 'WORKER_IMAGE'],
  apply: ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT'],
  'destroy-plan': ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT', 'MAX_DELETIONS'],
  destroy: ['STATE_KEY', 'HAS_IMAGES', 'STACK_ROOT', 'MAX_DELETIONS'],
  'destroy-backend': ['BOOTSTRAP_STATE_KEY'],
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
  const needed = [...ALL, ...NEEDS[command]];

  test.each(needed)('does not begin without %s', (name) => {
    expect(() => of(command, { [name]: undefined })).toThrow(`${name} is not set; it must be `);
  });

  test('needs nothing else', () => {
    const only = Object.fromEntries(needed.map((name) => [name, buildVariables[name]]));
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

test('without images, a plan asks for none, and a rollout does all the same', () => {
  const without = { HAS_IMAGES: 'no', API_IMAGE: undefined, WORKER_IMAGE: undefined };
  expect(of('plan', without).images).toBeUndefined();
  expect(() => of('plan-rollout', without)).toThrow('API_IMAGE is not set');
});

test.each([
  [undefined, 'linux/arm64'],
  ['ARM64', 'linux/arm64'],
  ['X86_64', 'linux/amd64'],
])('images of the architecture %s are built for %s', (CPU_ARCHITECTURE, platform) => {
  expect(imageSettings(new Variables({ ...buildVariables, CPU_ARCHITECTURE })).platform).toBe(platform);
});
