import { afterAll, describe, expect, test } from 'vitest';
import { Script } from './support/script.ts';

const record = 'echo "$(basename "$0") $*" >> "$CALLS"';
const script = new Script({ terraform: record, docker: record });
afterAll(() => script.remove());

const refusals: [string, string, Record<string, string | undefined>, string][] = [
  ['an unknown command', 'destroy-everything', {}, 'COMMAND is destroy-everything; it must be one of bootstrap,'],
  ['no command', '', {}, 'COMMAND is not set'],
  ['two commands', 'plan destroy', {}, 'COMMAND is plan\\ destroy'],
  ['an argument in a name', 'plan', { ENVIRONMENT: 'dev -destroy' }, 'ENVIRONMENT is dev\\ -destroy; it must be'],
  ['a quote in a name', 'plan', { ENVIRONMENT: `dev"; rm -rf "` }, 'ENVIRONMENT is '],
  ['a substitution in a name', 'plan', { PREFIX: '$(touch /tmp/x)' }, 'PREFIX is '],
  ['a second line', 'plan', { RUN: 'run\nplan' }, 'RUN is '],
  ['a key that leaves its folder', 'plan', { RUN_KEY: '../other' }, 'RUN_KEY is ../other'],
  [
    'the run of another environment',
    'apply',
    { RUN_KEY: 'environments/live/runs/dev-20300131T100000-abcdef' },
    'RUN_KEY is ',
  ],
  ['another run', 'apply', { RUN_KEY: 'environments/dev/runs/dev-20300131T100000-fedcba' }, 'RUN_KEY is '],
  ['a run that only looks like it', 'apply', { RUN: 'a.b', RUN_KEY: 'environments/dev/runs/axb' }, 'RUN_KEY is '],
  [
    'the state of another environment',
    'destroy',
    { STATE_BUCKET: 'order-platform-live-v3-tfstate-123456789012' },
    'STATE_BUCKET is ',
  ],
  ['the lock of another environment', 'destroy', { LOCK_TABLE: 'order-platform-live-v3-tflock' }, 'LOCK_TABLE is '],
  [
    'the backend of another environment',
    'destroy-backend',
    { BOOTSTRAP_STATE_KEY: 'environments/live/bootstrap/terraform.tfstate' },
    'BOOTSTRAP_STATE_KEY is ',
  ],
  ['a bucket with an option', 'bootstrap', { CONTROL_BUCKET: 'a --delete' }, 'CONTROL_BUCKET is '],
  [
    'a missing variable',
    'plan',
    { STATE_BUCKET: undefined },
    'STATE_BUCKET is not set; it must be the bucket of the state of this environment',
  ],
  ['an image by tag', 'plan', { API_IMAGE: 'api:latest' }, 'API_IMAGE is api:latest; it must be an image by digest'],
  ['a rollout without an image', 'plan-rollout', { API_IMAGE: '' }, 'API_IMAGE is not set'],
  ['a plan without an image', 'plan', { WORKER_IMAGE: '' }, 'WORKER_IMAGE is not set'],
  ['a folder outside of its source', 'plan', { STACK_ROOT: 'infra/../../etc' }, 'STACK_ROOT is infra/../../etc'],
  ['an absolute folder', 'destroy', { STACK_ROOT: '/etc' }, 'STACK_ROOT is /etc; it must be a folder in the source'],
  ['a rollout of a stack without images', 'plan-rollout', { IMAGES: '[]' }, 'there are no images to roll out'],
  [
    'the source of another stack',
    'plan',
    { STACK_ROOT: 'products/shop', IMAGES: '[]', API_IMAGE: undefined, WORKER_IMAGE: undefined },
    'the source of dev-20300131T100000-abcdef has no folder products/shop',
  ],
  ['a destroy without a ceiling', 'destroy-plan', { MAX_DELETIONS: undefined }, 'MAX_DELETIONS is not set'],
  ['a ceiling that is not a number', 'destroy-plan', { MAX_DELETIONS: 'all' }, 'MAX_DELETIONS is all'],
  [
    'a boundary by its name',
    'plan',
    { PERMISSIONS_BOUNDARY: 'bound' },
    'PERMISSIONS_BOUNDARY is bound; it must be the ARN of an IAM policy',
  ],
  [
    'an architecture that ECS does not have',
    'plan',
    { CPU_ARCHITECTURE: 'arm64' },
    'CPU_ARCHITECTURE is arm64; it must be ARM64 or X86_64',
  ],
  ['an expiry that is not a time', 'plan', { EXPIRES_AT: 'tomorrow' }, 'EXPIRES_AT is tomorrow'],
];

describe('terraform refuses', () => {
  test.each(refusals)('%s', async (_, command, variables, message) => {
    const { status, output, calls } = await script.run(['terraform', command], variables);
    expect(output).toContain(`ERROR: ${message}`);
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });
});

test('images refuses a commit that is not one, before it calls anything', async () => {
  const { status, output, calls } = await script.run(['images'], { COMMIT: 'main --no-cache' });
  expect(output).toContain('ERROR: COMMIT is main\\ --no-cache; it must be 7 to 64 hexadecimal digits');
  expect(status).toBe(1);
  expect(calls).toEqual([]);
});
