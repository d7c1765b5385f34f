import { afterEach, describe, expect, test } from 'vitest';
import { zip } from '../../lab/test/support/zip.ts';
import { buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, Script } from './support/script.ts';

/**
 * The stand-ins answer what a build asks of either engine. OpenTofu has the arguments and outputs of Terraform 1.6,
 * including `terraform_version` in `tofu version -json` (internal/command/views/version.go in opentofu/opentofu).
 */
const standIn = (version: string) => `${FAKE_BACKEND}
echo "$*" >> "$CALLS"
case $1 in
  version) echo '{"terraform_version": "${version}", "platform": "linux_amd64", "provider_selections": {}}' ;;
  state) echo '{"lineage": "1"}' ;;
  show | output) echo '{}' ;;
  plan)
    for argument in "$@"; do [[ $argument != -out=* ]] || echo '{"lineage": "1"}' | pack-plan "\${argument#-out=}"; done
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":1,"change":0,"remove":0}}'
    exit 2
    ;;
esac`;
const NONE = 'exit 127';
const ENGINES = [
  { ENGINE: 'terraform', program: 'terraform', other: 'tofu' },
  { ENGINE: 'opentofu', program: 'tofu', other: 'terraform' },
];

let script: Script;
afterEach(() => script.remove());
const FOLDER = `s3/${buildVariables.CONTROL_BUCKET}/${buildVariables.RUN_KEY}`;
const start = (commands: Record<string, string>) => {
  script = new Script(commands);
  script.put(`${FOLDER}/7/stack.tfplan`, zip({ tfstate: '{"lineage": "1"}' }));
  script.put(`${FOLDER}/7/planned.tfvars.json`, '{}');
  return script;
};
/** Returns the part of a call that does not depend on where it runs. */
const shape = (call: string) => call.replaceAll(/\/\S*\/build-\w+\//g, '').replaceAll(script.directory, '');

describe.each(ENGINES)('$ENGINE', ({ ENGINE, program, other }) => {
  test.each(['bootstrap', 'plan', 'apply', 'destroy-plan'])('%s runs that program and no other', async (command) => {
    start({ [program]: standIn('1.11.4'), [other]: 'echo "the other one" >> "$CALLS"' });
    const { status, calls, output } = await script.run(['terraform', command], { ENGINE });
    expect(status, output).toBe(0);
    expect(calls).not.toContain('the other one');
    expect(calls.map(shape)).toContainEqual(
      expect.stringMatching(/^init -no-color -lockfile=readonly -backend-config=bucket=/),
    );
    expect(output).toContain(`${program} 1.11.4 is on PATH`);
  });

  test('of another version than that on PATH is not run, and not downloaded without a checksum', async () => {
    start({ [program]: standIn('1.10.0'), [other]: NONE });
    script.put('infra/terraform-checksums.txt', `${'a'.repeat(64)}  ${program}_9.9.9_linux_amd64.zip\n`);
    const { status, calls, output } = await script.run(['terraform', 'plan'], { ENGINE });
    expect(output).toMatch(
      new RegExp(
        `ERROR: ${program} 1\\.11\\.4 is not on PATH, and infra/terraform-checksums\\.txt has no checksum of ${program}_1`,
      ),
    );
    expect(status).toBe(1);
    expect(calls).toEqual(['version -json']);
  });

  test.each([
    ['1.6.6', false],
    ['1.9.8', false],
    ['1.10.0', true],
  ])('of version %s is given the lock file in S3: %s', async (version, given) => {
    start({ [program]: standIn(version), [other]: NONE });
    const { status, calls, output } = await script.run(['terraform', 'plan'], { ENGINE, TERRAFORM_VERSION: version });
    expect(status, output).toBe(0);
    const init = calls.find((call) => call.startsWith('init '));
    expect(init?.includes('-backend-config=use_lockfile=true')).toBe(given);
    expect(init).toContain(`-backend-config=dynamodb_table=${buildVariables.LOCK_TABLE}`);
  });
});

test('both engines get the same arguments', async () => {
  const seen: string[][] = [];
  for (const { ENGINE, program, other } of ENGINES) {
    const lists: string[] = [];
    for (const command of ['bootstrap', 'plan', 'apply', 'destroy-plan']) {
      start({ [program]: standIn('1.11.4'), [other]: NONE });
      const { calls } = await script.run(['terraform', command], { ENGINE });
      lists.push(...calls.filter((call) => !/^(s3|ecr|lambda|ownership|dynamodb) /.test(call)).map(shape));
      script.remove();
    }
    seen.push(lists.sort());
  }
  start({});
  expect(seen[0]?.length).toBeGreaterThan(10);
  expect(seen[1]).toEqual(seen[0]);
});

test.each([
  ['registry.terraform.io', false],
  ['registry.opentofu.org', true],
])('a lock file of %s holds OpenTofu to its versions: %s', async (registry, holds) => {
  start({ tofu: standIn('1.11.4'), terraform: NONE });
  script.put(
    'infra/aws-v3/stack/.terraform.lock.hcl',
    `provider "${registry}/hashicorp/aws" {\n  version = "5.100.0"\n}\n`,
  );
  const { status, calls, output } = await script.run(['terraform', 'plan'], { ENGINE: 'opentofu' });
  expect(status, output).toBe(0);
  expect(calls.find((call) => call.startsWith('init '))?.includes('-lockfile=readonly')).toBe(holds);
  expect(output.includes('locks no provider of registry.opentofu.org')).toBe(!holds);
});
