import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Machine } from '../../tools/machine.ts';
import { PLATFORM, writeCliConfiguration } from '../../tools/terraform.ts';
import { findTools, formatTools } from '../../tools.ts';

const ROOT = '/project';
const PINS = {
  [`${ROOT}/infra/terraform-checksums.txt`]: `${'a'.repeat(64)}  terraform_1.11.4_${PLATFORM}.zip`,
  [`${ROOT}/infra/aws-v3/stack/.terraform.lock.hcl`]:
    'provider "registry.terraform.io/hashicorp/aws" {\n  version     = "5.100.0"\n}',
};
const FULL = {
  env: { HOME: '/home/me' },
  commands: ['python3', 'terraform', 'initdb', 'bash'],
  files: PINS as Record<string, string>,
  folders: {
    '/bin': ['initdb', 'postgres'],
    '/opt': ['other', 'plugins'],
    '/opt/plugins/registry.terraform.io/hashicorp/aws': ['5.100.0'],
  } as Record<string, string[]>,
  terraform: '1.11.4',
  moto: '5.2.1',
  /** The Terraform that the lab has downloaded. */
  own: '',
};

function machine(changes: Partial<typeof FULL> = {}): Machine {
  const has = { ...FULL, ...changes };
  return {
    env: has.env,
    which: async (command) => (has.commands.includes(command) ? `/bin/${command}` : undefined),
    run: async (command) => {
      if (command === '/bin/terraform' || command === has.own)
        return JSON.stringify({ terraform_version: has.terraform });
      if (command === '/bin/python3') return `/usr/bin/python3.12\n${has.moto}\n`;
      return undefined;
    },
    list: async (folder) => has.folders[folder] ?? [],
    read: async (file) => has.files[file],
  };
}

const statuses = async (changes: Partial<typeof FULL> = {}) => {
  const report = await findTools(ROOT, machine(changes));
  return { ...report, by: Object.fromEntries(report.tools.map((tool) => [tool.name, tool])) };
};

test('a machine that has everything', async () => {
  const { tools, complete, provider } = await statuses();
  expect(tools.map((tool) => tool.status)).toEqual(tools.map(() => 'found'));
  expect(complete).toBe(true);
  expect(provider).toEqual({ kind: 'mirror', folder: '/opt/plugins' });
});

test('on a bare machine, everything that is missing is named at once, and how to get it', async () => {
  const report = await statuses({ commands: [], folders: {} });
  expect(report.complete).toBe(false);
  const text = formatTools(report);
  for (const fix of ["pip install 'moto[server]==5.2.1'", 'terraform 1.11.4', 'embedded-postgres', 'Install bash']) {
    expect(text).toContain(fix);
  }
  expect(report.by.moto?.status).toBe('missing');
});

test('what the lab can get by itself does not stop it', async () => {
  const report = await statuses({ commands: ['python3', 'bash'], folders: {}, moto: '' });
  expect(report.complete).toBe(true);
  expect(report.by.moto?.status).toBe('fetched');
  expect(report.by['AWS provider']?.detail).toContain('download');
});

test('a Terraform that the lab downloaded before is found', async () => {
  const own = `${ROOT}/.lab/terraform/1.11.4/terraform`;
  expect((await statuses({ commands: [], own })).by.terraform).toEqual({
    name: 'terraform',
    status: 'found',
    detail: `1.11.4 at ${own}`,
  });
});

test('a platform without a checksum needs a Terraform of its own', async () => {
  const files = {
    ...PINS,
    [`${ROOT}/infra/terraform-checksums.txt`]: `${'a'.repeat(64)}  terraform_1.11.4_plan9_amd64.zip`,
  };
  const { by } = await statuses({ commands: [], files });
  expect(by.terraform).toMatchObject({
    status: 'missing',
    detail: `not found; the project has no checksum of terraform_1.11.4_${PLATFORM}.zip`,
  });
});

test('other versions are warned of', async () => {
  const { by } = await statuses({ terraform: '1.9.0', moto: '5.1.0' });
  expect(by.terraform).toMatchObject({
    status: 'fetched',
    detail: '1.9.0 at /bin/terraform; 1.11.4 will be downloaded into .lab/terraform',
  });
  expect(by.moto).toMatchObject({ status: 'warning', detail: expect.stringContaining('5.1.0') });
});

test("the user's own settings of the provider come first", async () => {
  const rc = { ...PINS, '/home/me/.terraformrc': 'provider_installation {\n}' };
  expect((await statuses({ files: rc })).provider).toEqual({ kind: 'configured', file: '/home/me/.terraformrc' });
  const set = await statuses({ files: rc, env: { HOME: '/home/me', LAB_PROVIDER_MIRROR: '/m' } as typeof FULL.env });
  expect(set.provider).toEqual({ kind: 'mirror', folder: '/m' });
  expect(set.by['AWS provider']).toMatchObject({ status: 'missing', detail: expect.stringContaining('/m') });
});

test('a configuration file without provider_installation does not count', async () => {
  const rc = { ...PINS, '/home/me/.terraformrc': 'disable_checkpoint = true' };
  expect((await statuses({ files: rc })).provider.kind).toBe('mirror');
});

test('PostgreSQL is found beside pg_config and in versioned folders, newest first', async () => {
  const folders = {
    '/usr/lib/postgresql': ['9', '16', '15'],
    '/usr/lib/postgresql/15/bin': ['initdb', 'postgres'],
    '/usr/lib/postgresql/16/bin': ['initdb', 'postgres'],
  };
  const { by } = await statuses({ commands: ['python3'], folders });
  expect(by.PostgreSQL?.detail).toBe('/usr/lib/postgresql/16/bin');
});

test('the CLI configuration never asks the registry for what is mirrored', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'));
  try {
    const file = writeCliConfiguration(directory, { kind: 'mirror', folder: '/m' }, '/cache');
    expect(readFileSync(file, 'utf8')).toMatch(
      /path\s+= "\/m"[\s\S]*exclude = \["registry.terraform.io\/hashicorp\/aws"\]/,
    );
    writeCliConfiguration(directory, { kind: 'registry' }, '/cache');
    expect(readFileSync(file, 'utf8')).toContain('plugin_cache_dir = "/cache"');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
