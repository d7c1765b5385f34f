import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

export const PROVIDER = 'registry.terraform.io/hashicorp/aws';

const CHECKSUMS = ['infra', 'terraform-checksums.txt'];

/** The names are HashiCorp's: `linux_arm64`. */
export const PLATFORM = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

export interface Pins {
  terraform: string;
  awsProvider: string;
}

/** Returns the versions that the project has decided on, read where the builds read them. */
export async function pinnedVersions(machine: Machine, projectRoot: string): Promise<Pins> {
  const checksums = await machine.read(join(projectRoot, ...CHECKSUMS));
  const lockFile = await machine.read(join(projectRoot, 'infra', 'aws-v3', 'stack', '.terraform.lock.hcl'));
  return {
    terraform: /terraform_([\d.]+)_/.exec(checksums ?? '')?.[1] ?? '',
    awsProvider: /provider "[^"]*hashicorp\/aws"[^}]*?version\s*=\s*"([^"]+)"/.exec(lockFile ?? '')?.[1] ?? '',
  };
}

/** Returns the SHA-256 checksums of the archives that builds may use, in hex, by the archive's name. */
export async function checksumsOf(machine: Machine, projectRoot: string): Promise<Partial<Record<string, string>>> {
  const lines = ((await machine.read(join(projectRoot, ...CHECKSUMS))) ?? '').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, checksum, archive] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line) ?? [];
      return checksum && archive ? [[archive, checksum]] : [];
    }),
  );
}

/** Returns the path of the Terraform that the lab downloads for itself. */
export function ownTerraform(projectRoot: string, version: string): string {
  return join(projectRoot, '.lab', 'terraform', version, 'terraform');
}

/** Returns the version of a terraform, or undefined if there is none. */
export async function terraformVersion(machine: Machine, terraform: string): Promise<string | undefined> {
  const output = await machine.run(terraform, ['version', '-json']);
  if (!output) return undefined;
  try {
    return (JSON.parse(output) as { terraform_version?: string }).terraform_version;
  } catch {
    return undefined;
  }
}

export type ProviderSource =
  /** A CLI configuration of the user's own names the sources of providers. */
  | { kind: 'configured'; file: string }
  /** The folder has the layout `registry.terraform.io/hashicorp/aws/<version>`. */
  | { kind: 'mirror'; folder: string }
  | { kind: 'registry' };

/**
 * Returns the source of the AWS provider for builds: a download of 150 MB, or a copy that is already on the machine.
 */
export async function findProvider(machine: Machine, version: string): Promise<ProviderSource> {
  const chosen = machine.env.LAB_PROVIDER_MIRROR;
  if (chosen) return { kind: 'mirror', folder: chosen };
  const home = machine.env.HOME ?? '';
  for (const file of [machine.env.TF_CLI_CONFIG_FILE, join(home, '.terraformrc')]) {
    if (file && /^\s*provider_installation\b/m.test((await machine.read(file)) ?? ''))
      return { kind: 'configured', file };
  }
  const usual = [
    machine.env.TF_PLUGIN_CACHE_DIR,
    join(home, '.terraform.d', 'plugins'),
    '/usr/share/terraform/plugins',
    '/usr/local/share/terraform/plugins',
    ...(await machine.list('/opt')).map((name) => join('/opt', name)),
  ];
  for (const folder of usual) {
    if (folder && (await mirrors(machine, folder, version))) return { kind: 'mirror', folder };
  }
  return { kind: 'registry' };
}

/** Returns whether the folder holds this version of the provider, unpacked or as an archive. */
export async function mirrors(machine: Machine, folder: string, version: string): Promise<boolean> {
  const names = await machine.list(join(folder, PROVIDER));
  return names.some((name) => name === version || name.startsWith(`terraform-provider-aws_${version}_`));
}

/**
 * Writes the CLI configuration that builds run with, unless the user has one.
 * @param cache folder of providers that have to be downloaded; it must exist
 * @returns the value of TF_CLI_CONFIG_FILE
 */
export function writeCliConfiguration(
  directory: string,
  source: ProviderSource,
  cache: string,
  name = 'terraform.tfrc',
): string {
  if (source.kind === 'configured') return source.file;
  const text =
    source.kind === 'mirror'
      ? [
          'provider_installation {',
          `  filesystem_mirror {\n    path    = ${JSON.stringify(source.folder)}\n    include = ["${PROVIDER}"]\n  }`,
          `  direct {\n    exclude = ["${PROVIDER}"]\n  }`,
          '}',
        ]
      : [`plugin_cache_dir = ${JSON.stringify(cache)}`];
  const file = join(directory, name);
  writeFileSync(file, [...text, 'disable_checkpoint = true', ''].join('\n'));
  return file;
}
