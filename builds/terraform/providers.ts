import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Build } from './build.ts';
import { type Archive, archiveOf, portsOf } from './cached-archives.ts';
import { PLATFORM } from './platform.ts';

/** The file installs the providers that a root's lock file names, from the control bucket. */

export interface LockedProvider {
  /** The form is `registry.terraform.io/hashicorp/aws`. */
  address: string;
  version: string;
  /** The SHA-256 checksums are those of the provider's archives, for every platform. */
  checksums: string[];
}

const REGISTRY = 'registry.terraform.io';
const BLOCK = /^provider "((?:[a-z0-9][a-z0-9.-]*\/)[a-z0-9][\w-]*\/[a-z0-9][\w-]*)" \{\n(.*?)^\}/gms;

/** @param text of a `.terraform.lock.hcl`, which Terraform writes in one form alone */
export function lockedProviders(text: string): LockedProvider[] {
  return [...text.matchAll(BLOCK)].flatMap(([, address = '', body = '']) => {
    const [, version] = /^ +version += "([0-9A-Za-z.+-]+)"$/m.exec(body) ?? [];
    const checksums = [...body.matchAll(/"zh:([0-9a-f]{64})"/g)].map(([, checksum = '']) => checksum);
    return version && checksums.length > 0 ? [{ address, version, checksums }] : [];
  });
}

/**
 * Returns the path of a provider in the control bucket, and in a mirror:
 * https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror, "Packed layout".
 */
export function pathOf({ address, version }: LockedProvider, platform: string): string {
  return `${address}/terraform-provider-${address.split('/').at(-1)}_${version}_${platform}.zip`;
}

const answer = z.object({ download_url: z.url({ protocol: /^https$/ }) });

/** https://developer.hashicorp.com/terraform/internals/provider-registry-protocol#find-a-provider-package */
async function addressOf({ address, version }: LockedProvider, platform: string): Promise<string> {
  const [, namespace, type] = address.split('/');
  const url = `https://${REGISTRY}/v1/providers/${namespace}/${type}/${version}/download/${platform.replace('_', '/')}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return answer.parse(await response.json()).download_url;
}

/**
 * Puts the providers of these roots into a mirror of the build's own, which `terraform init` reads, and which it checks
 * against the lock file again. A provider that cannot be had here is left to Terraform, and so are all where a setting
 * names another source. OpenTofu has those of another registry.
 */
export async function installProviders(build: Build, roots: readonly string[]): Promise<void> {
  const { terraform, work, report, settings } = build;
  if (process.env.TF_CLI_CONFIG_FILE || settings.engine !== 'terraform') return;
  const found = (await Promise.all(roots.map(readLock)))
    .flat()
    .filter(({ address }) => address.startsWith(`${REGISTRY}/`));
  const providers = [...new Map(found.map((one) => [pathOf(one, PLATFORM), one])).entries()];
  const mirror = join(work, 'providers');
  const included: string[] = [];
  for (const [path, provider] of providers) {
    const archive: Archive = {
      key: `tools/providers/${path}`,
      checksums: provider.checksums,
      address: () => addressOf(provider, PLATFORM),
    };
    try {
      const content = await archiveOf(archive, portsOf(build));
      await mkdir(dirname(join(mirror, path)), { recursive: true });
      await writeFile(join(mirror, path), content);
      included.push(provider.address);
    } catch (error) {
      report.log(`${provider.address} ${provider.version} is left to Terraform: ${(error as Error).message}`);
    }
  }
  if (included.length === 0) return;
  const file = join(work, 'terraform.tfrc');
  const cache = join(work, 'plugins');
  await mkdir(cache);
  await writeFile(file, configurationOf(mirror, cache, [...new Set(included)]));
  terraform.configure(file);
}

async function readLock(root: string): Promise<LockedProvider[]> {
  const file = join(root, '.terraform.lock.hcl');
  return existsSync(file) ? lockedProviders(await readFile(file, 'utf8')) : [];
}

/** A provider that is in the mirror is installed from nowhere else. */
function configurationOf(mirror: string, cache: string, included: readonly string[]): string {
  const list = JSON.stringify(included);
  return [
    `plugin_cache_dir = ${JSON.stringify(cache)}`,
    'provider_installation {',
    `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = ${list}\n  }`,
    `  direct {\n    exclude = ${list}\n  }`,
    '}',
    '',
  ].join('\n');
}
