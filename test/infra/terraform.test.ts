import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTools, terraformConfiguration } from '../../lab/tools.ts';

const projectRoot = resolve(import.meta.dirname, '../..');
const roots = join(projectRoot, 'infra', 'aws-v3');
const examples = join(projectRoot, 'examples');
const scratch = mkdtempSync(join(tmpdir(), 'runbook-terraform-'));
let cliConfiguration: string;

/**
 * Runs Terraform in a root.
 * @returns its standard output
 * @throws {Error} with everything that Terraform printed, when its exit code is not 0
 */
async function terraform(root: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('terraform', [`-chdir=${resolve(roots, root)}`, ...args, '-no-color'], {
    // Terraform's working data stays outside the checkout, because builds are bundled from it.
    env: {
      ...process.env,
      TF_CLI_CONFIG_FILE: cliConfiguration,
      TF_DATA_DIR: join(scratch, basename(root)),
      TF_IN_AUTOMATION: '1',
    },
    maxBuffer: 16 * 1024 * 1024,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  });
  return stdout;
}

beforeAll(async () => {
  cliConfiguration = terraformConfiguration(await findTools(projectRoot), scratch, projectRoot);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('the roots are formatted', async () => {
  for (const folder of ['.', examples]) {
    expect(await terraform(folder, 'fmt', '-check', '-recursive', '-diff')).toBe('');
  }
});

test('nothing expires an image while its repository exists: a task definition may name any of them', () => {
  const files = readdirSync(join(roots, 'stack')).filter((name) => name.endsWith('.tf'));
  const expiring = files.filter((name) =>
    readFileSync(join(roots, 'stack', name), 'utf8').includes('"aws_ecr_lifecycle'),
  );
  expect(files).toContain('ecr.tf');
  expect(expiring).toEqual([]);
});

test('the root of the example is valid with the locked provider and passes its own test', {
  timeout: 400_000,
}, async () => {
  const root = join(examples, 'document-intake', 'terraform');
  await terraform(root, 'init', '-backend=false', '-input=false', '-lockfile=readonly');
  expect(await terraform(root, 'validate')).toContain('The configuration is valid');
  expect(await terraform(root, 'test')).toMatch(/Success! [1-9]\d* passed, 0 failed/);
});

describe.each(['bootstrap', 'stack'])('%s', (root) => {
  test('is valid with the locked provider and passes its own tests', { timeout: 400_000 }, async () => {
    await terraform(root, 'init', '-backend=false', '-input=false', '-lockfile=readonly');
    expect(await terraform(root, 'validate')).toContain('The configuration is valid');
    expect(await terraform(root, 'test')).toMatch(/Success! [1-9]\d* passed, 0 failed/);
  });
});
