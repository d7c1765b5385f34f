import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, Script } from './support/script.ts';

/** A preview plans with the variables of the last apply, and writes nothing but its result. */

const FAKE_TERRAFORM = `${FAKE_BACKEND}
echo "$*" >> "$CALLS"
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  init) [ ! -f "$ROOT/init.error" ] || { cat "$ROOT/init.error"; exit 1; } ;;
  show) cat "$ROOT/shown.json" 2>/dev/null || echo '{"resource_changes":[]}' ;;
  plan)
    for argument in "$@"; do
      [[ $argument != -out=* ]] || echo '{"lineage": "one"}' | pack-plan "\${argument#-out=}"
      [[ $argument != -var-file=* ]] || cp "\${argument#-var-file=}" "$ROOT/given.json"
    done
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":0,"change":0,"remove":0}}' ;;
esac`;

const { CONTROL_BUCKET, RUN_KEY } = buildVariables as Record<string, string>;
const RUN = `s3/${CONTROL_BUCKET}/${RUN_KEY}`;
const APPLIED = {
  owner: 'who applied last',
  run: 'r',
  expires_at: '2030-01-31T20:00:00Z',
  api_image: 'the image that runs',
};

let script: Script;
beforeEach(() => {
  script = new Script({ terraform: FAKE_TERRAFORM });
  script.put(`${RUN}/stack.auto.tfvars.json`, JSON.stringify(APPLIED));
  script.put(`${RUN}/stack.lineage`, 'one');
});
afterEach(() => script.remove());

const run = () =>
  script.run(['terraform', 'preview'], {
    OWNERSHIP_FUNCTION: undefined,
    CODEBUILD_BUILD_ID: 'runbook-plan:1-2',
    API_IMAGE: undefined,
    WORKER_IMAGE: undefined,
    ROOT: script.directory,
  });
const writes = (calls: readonly string[]) => calls.filter((call) => /^(s3 (PUT|DELETE)|lambda|dynamodb)/.test(call));

test('it takes no lock, asks nobody, and writes its result alone', async () => {
  const { status, output, calls, exports } = await run();
  expect(output).toContain('preview is done');
  expect(status).toBe(0);
  expect(writes(calls)).toEqual([`s3 PUT ${CONTROL_BUCKET}/previews/dev/1-2.json`]);
  expect(calls.find((call) => call.startsWith('plan '))).toContain('-lock=false');
  expect(calls.filter((call) => /^(apply|state push|force-unlock)/.test(call))).toEqual([]);
  expect(exports).toBe('PLAN_ADD=0\nPLAN_CHANGE=0\nPLAN_DESTROY=0\n');
});

test('everything keeps the tags and the images of its last apply', async () => {
  await run();
  const given = JSON.parse(readFileSync(join(script.directory, 'given.json'), 'utf8')) as Record<string, unknown>;
  expect(given).toMatchObject(APPLIED);
});

test('the digest of an image that no provision has built is unknown', async () => {
  const image = (digest: string) => ({ image: `shop/api@${digest}` });
  const change = { actions: ['update'], before: image('sha256:1'), after: image(`sha256:${'0'.repeat(64)}`) };
  const shown = {
    type: 'aws_ecs_task_definition',
    name: 'api',
    address: 'aws_ecs_task_definition.api',
    mode: 'managed',
  };
  script.put('shown.json', JSON.stringify({ resource_changes: [{ ...shown, change }] }));
  const { output } = await run();
  expect(output).toContain('preview is done');
  const result = readFileSync(join(script.directory, `s3/${CONTROL_BUCKET}/previews/dev/1-2.json`), 'utf8');
  expect(result).toContain('shop/api@(known after the image is built)');
  expect(result).not.toContain('0000');
});

describe('there is no preview', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'from a state that an earlier build could not write',
      () => script.put(`${RUN}/errored.tfstate`, '{"serial":4}'),
      /could not write the state .*a plan from the older state would be wrong/,
    ],
    [
      'from the state of another lineage',
      () => script.put(`${RUN}/stack.lineage`, 'another'),
      /has lineage one, the last plan of .* was made from another/,
    ],
    [
      'without the providers, and the reason is that of the build',
      () => script.put('init.error', 'Error: Failed to query available provider packages\n'),
      /ERROR: terraform init ended with 1: Failed to query available provider packages/,
    ],
    [
      'with a secret',
      () => {
        script.put('infra/aws-v3/stack/variables.tf', 'variable "token" {\n  sensitive = true\n}\n');
        script.put(
          'builds/stack-variables.json',
          JSON.stringify({ variables: { token: { secret: { ssm: '/shop/{environment}/token' } } } }),
        );
      },
      /a preview reads no secrets, .* token \(parameter \/shop\/dev\/token\)/,
    ],
  ])('%s', async (_, prepare, message) => {
    prepare();
    const { status, output, calls } = await run();
    expect(output).toMatch(message);
    expect(status).not.toBe(0);
    expect(writes(calls)).toEqual([]);
    expect(existsSync(join(script.directory, `s3/${CONTROL_BUCKET}/previews`))).toBe(false);
  });
});
