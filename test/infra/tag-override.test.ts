import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { findTools, terraformConfiguration } from '../../lab/tools.ts';

/** Terraform itself merges the override, and the AWS provider turns it into tags. Both plan here and call nobody. */

const projectRoot = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'runbook-tags-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const OFFLINE = `
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true`;
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own interpolation
const ROOT = `
variable "team" { default = "blue" }
provider "aws" {${OFFLINE}
  region = "eu-west-1"
  default_tags {
    tags = { team = "the-\${var.team}", project = "another", look = "\${lookup({ k = "v" }, "k")}" }
  }
}
provider "aws" {${OFFLINE}
  region = "us-east-1"
  alias  = "us"
}
resource "aws_sqs_queue" "here" {}
resource "aws_sqs_queue" "there" {
  provider = aws.us
  tags     = { own = "yes" }
}
`;
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own interpolation

test('a root that cannot carry the tags plans with them, those of aliases too, and keeps its own', {
  timeout: 120_000,
}, async () => {
  const root = join(scratch, 'root');
  const env = {
    ...process.env,
    TF_CLI_CONFIG_FILE: terraformConfiguration(await findTools(projectRoot), scratch, projectRoot),
    TF_IN_AUTOMATION: '1',
  };
  const run = async (file: string, ...args: string[]) =>
    (await promisify(execFile)(file, args, { cwd: root, env, maxBuffer: 16 * 1024 * 1024 })).stdout;
  mkdirSync(root);
  writeFileSync(join(root, 'main.tf'), ROOT);
  await run(process.execPath, join(projectRoot, 'lib/builds/write-tag-files.ts'), root, root);
  expect(readdirSync(root).sort()).toEqual(['main.tf', 'runbook.tf.json', 'runbook_tags_override.tf.json']);
  writeFileSync(join(root, 'x.tfvars.json'), JSON.stringify({ runbook_tags: { project: 'shop', environment: 'dev' } }));
  await run('terraform', 'init', '-input=false');
  await run('terraform', 'plan', '-input=false', '-var-file=x.tfvars.json', '-out=plan');
  const { resource_changes: changes } = JSON.parse(await run('terraform', 'show', '-json', 'plan')) as {
    resource_changes: { name: string; change: { after: { tags_all: object } } }[];
  };
  expect(Object.fromEntries(changes.map(({ name, change }) => [name, change.after.tags_all]))).toEqual({
    here: { team: 'the-blue', look: 'v', project: 'shop', environment: 'dev' },
    there: { own: 'yes', project: 'shop', environment: 'dev' },
  });
});
