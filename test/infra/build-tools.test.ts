import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { PLATFORM } from '../../builds/terraform/platform.ts';
import { zip } from '../../lab/test/support/zip.ts';
import { buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, Script } from './support/script.ts';

/** A build takes Terraform and its provider from the control bucket when neither is on the machine. */

const ON_PATH = `echo '{"terraform_version": "1.0.0"}'`;
const KEPT = `#!/usr/bin/env bash
${FAKE_BACKEND}
case $1 in
  state) echo '{"lineage": "1"}' ;;
  init) echo "init of the kept one" >> "$CALLS"; cat "$TF_CLI_CONFIG_FILE"; find "$TMPDIR"/build-*/providers -type f ;;
  *) echo "$1 of the kept one" >> "$CALLS" ;;
esac`;
const ARCHIVE = zip({ terraform: KEPT });
const PROVIDER = zip({ 'terraform-provider-aws_v5.100.0_x5': 'it' });
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const NAME = `terraform_1.11.4_${PLATFORM}.zip`;
const TOOLS = `s3/${buildVariables.CONTROL_BUCKET}/tools`;
const ADDRESS = 'registry.terraform.io/hashicorp/aws';
const MIRRORED = `${ADDRESS}/terraform-provider-aws_5.100.0_${PLATFORM}.zip`;

let script: Script;
afterEach(() => script.remove());
function build(): Script {
  script = new Script({ terraform: ON_PATH });
  script.put('infra/terraform-checksums.txt', `${sha256(ARCHIVE)}  ${NAME}\n`);
  script.put(`${TOOLS}/terraform/1.11.4/${NAME}`, ARCHIVE);
  script.put(`${TOOLS}/providers/${MIRRORED}`, PROVIDER);
  const lock = `provider "${ADDRESS}" {\n  version     = "5.100.0"\n  hashes = [\n    "zh:${sha256(PROVIDER)}",\n  ]\n}\n`;
  script.put('infra/aws-v3/bootstrap/.terraform.lock.hcl', lock);
  return script;
}

test('is what the lists of checksums name, and Terraform looks for that provider nowhere else', async () => {
  const { status, calls, output } = await build().run(['terraform', 'destroy-backend']);
  expect(status, output).toBe(0);
  expect(calls.filter((call) => call.endsWith('of the kept one'))).toEqual([
    'init of the kept one',
    'apply of the kept one',
  ]);
  expect(calls.filter((call) => call.startsWith('s3 PUT') && call.includes('/tools/'))).toEqual([]);
  expect(output).toContain(`include = ["${ADDRESS}"]`);
  expect(output).toContain(`exclude = ["${ADDRESS}"]`);
  expect(output).toMatch(new RegExp(`/providers/${MIRRORED.replaceAll('.', '[.]')}\n`));
});

test('is none of its business where somebody has said where providers come from', async () => {
  const variables = { TF_CLI_CONFIG_FILE: '/dev/null', TERRAFORM_VERSION: '1.11.4' };
  const { calls } = await build().run(['terraform', 'destroy-backend'], variables);
  expect(calls.filter((call) => call.includes('/tools/providers/'))).toEqual([]);
});

test('is OpenTofu from a folder of its own, which is left to find its providers', async () => {
  const archive = zip({ tofu: KEPT.replace('cat "$TF_CLI_CONFIG_FILE"; find', ': find') });
  script = new Script({ terraform: ON_PATH, tofu: ON_PATH });
  const name = NAME.replace('terraform_', 'tofu_');
  script.put('infra/terraform-checksums.txt', `${sha256(archive)}  ${name}\n`);
  script.put(`${TOOLS}/opentofu/1.11.4/${name}`, archive);
  const lock = `provider "${ADDRESS}" {\n  version     = "5.100.0"\n  hashes = [\n    "zh:${sha256(PROVIDER)}",\n  ]\n}\n`;
  script.put('infra/aws-v3/bootstrap/.terraform.lock.hcl', lock);
  const { status, calls, output } = await script.run(['terraform', 'destroy-backend'], { ENGINE: 'opentofu' });
  expect(status, output).toBe(0);
  expect(calls).toContain('apply of the kept one');
  expect(calls.filter((call) => call.includes('/tools/providers/'))).toEqual([]);
});

test('is asked for by its version', async () => {
  const { status, calls, output } = await build().run(['terraform', 'destroy-backend'], {
    TERRAFORM_VERSION: '1.11.5',
  });
  expect(output).toContain(
    `terraform 1.11.5 is not on PATH, and infra/terraform-checksums.txt has no checksum of terraform_1.11.5_`,
  );
  expect(status).toBe(1);
  expect(calls.filter((call) => call.includes('/tools/terraform/'))).toEqual([]);
});
