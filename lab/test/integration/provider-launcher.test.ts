import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providerLauncher } from '../../terraform/launcher.ts';
import { thisMachine } from '../../tools/machine.ts';
import { PLATFORM, PROVIDER, pinnedVersions } from '../../tools/terraform.ts';
import { findTools, terraformConfiguration } from '../../tools.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const BIN = resolve(import.meta.dirname, '../../terraform/bin');

let directory: string;
let environment: NodeJS.ProcessEnv;
let version: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'launcher-'));
  version = (await pinnedVersions(thisMachine, PROJECT)).awsProvider;
  environment = {
    ...process.env,
    PATH: [BIN, process.env.PATH].join(delimiter),
    TF_CLI_CONFIG_FILE: terraformConfiguration(await findTools(PROJECT), directory, PROJECT),
    LAB_DOCKER_NODE: process.execPath,
  };
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Creates a root of the pinned provider, with the lock file of the order platform. */
async function root(name: string, change = (locks: string) => locks): Promise<string> {
  const folder = join(directory, name);
  await mkdir(folder);
  const source = `{ source = "hashicorp/aws", version = "${version}" }`;
  await writeFile(
    join(folder, 'main.tf'),
    `terraform {\n  required_providers {\n    aws = ${source}\n  }\n}\nresource "aws_sqs_queue" "a" {}\n`,
  );
  await cp(join(PROJECT, 'infra/aws-v3/bootstrap/.terraform.lock.hcl'), join(folder, '.terraform.lock.hcl'));
  const file = join(folder, '.terraform.lock.hcl');
  await writeFile(file, change(await readFile(file, 'utf8')));
  return folder;
}

const terraform = (cwd: string, ...args: string[]) =>
  promisify(execFile)('terraform', args, { cwd, env: environment, encoding: 'utf8' });
const installed = (folder: string) => readlink(join(folder, '.terraform/providers', PROVIDER, version, PLATFORM));

test('init verifies the provider itself, and later commands start it by its launcher', async () => {
  const folder = await root('good');
  await terraform(folder, 'init', '-lockfile=readonly');
  const real = await installed(folder);
  const launcher = providerLauncher(directory, real.slice(0, real.indexOf(join('/', PROVIDER))), version);
  expect(launcher).toMatchObject({ LAB_PROVIDER_PACKAGE: real, LAB_PROVIDER_HASH: expect.stringMatching(/^h1:/) });
  Object.assign(environment, launcher);
  const { stdout } = await terraform(folder, 'validate', '-json');
  expect(JSON.parse(stdout)).toMatchObject({ valid: true, diagnostics: [] });
  expect(await installed(folder)).toBe(launcher.LAB_PROVIDER_LAUNCHER);
  // The launcher is part of the lock file of this folder alone, and a second init accepts it.
  await terraform(folder, 'init', '-lockfile=readonly');
  await terraform(`${folder}/..`, `-chdir=${folder}`, 'validate');
});

test('another folder with the same lock file has the launcher from its init on', async () => {
  const folder = await root('same');
  await terraform(folder, 'init', '-lockfile=readonly');
  expect(await installed(folder)).toBe(environment.LAB_PROVIDER_LAUNCHER);
  const { stdout } = await terraform(folder, 'validate', '-json');
  expect(JSON.parse(stdout)).toMatchObject({ valid: true });
});

test.each([
  ['other checksums', (locks: string) => locks.replaceAll(/"(h1|zh):./g, '"$1:0'), /checksums previously recorded/],
  ['another version', (locks: string) => locks.replace('5.100.0', '5.99.1'), /5\.99\.1/],
])('a lock file with %s is refused, as before', async (name, change, error) => {
  const folder = await root(name.replace(' ', '-'), change);
  await expect(terraform(folder, 'init', '-lockfile=readonly')).rejects.toThrow(error);
});
