import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { download } from '../download.ts';
import { unzip } from '../unzip.ts';
import { type Machine, thisMachine } from './machine.ts';
import { checksumsOf, ownTerraform, PLATFORM, pinnedVersions, terraformVersion } from './terraform.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 1_000;
const MEGABYTE = 1_000_000;

export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface InstallOptions {
  out: Output;
  machine?: Machine;
  /** The address has the folders of the versions. */
  releases?: string;
  pauseMs?: number;
}

/**
 * Downloads the pinned Terraform into `.lab/terraform` if neither PATH nor that folder has it. Its checksum is in
 * `infra/terraform-checksums.txt`.
 * @returns the folder with the program, to be the first on PATH; undefined if the one on PATH is right, or if the
 * project pins no archive for this platform
 * @throws {Error} naming the address and the manual steps, when it cannot be downloaded or its checksum is another
 */
export async function installTerraform(projectRoot: string, options: InstallOptions): Promise<string | undefined> {
  const { out, machine = thisMachine, releases = 'https://releases.hashicorp.com/terraform' } = options;
  const { terraform: version } = await pinnedVersions(machine, projectRoot);
  const onPath = await machine.which('terraform');
  if (onPath && (await terraformVersion(machine, onPath)) === version) return undefined;
  const program = ownTerraform(projectRoot, version);
  if ((await terraformVersion(machine, program)) === version) return dirname(program);

  const archive = `terraform_${version}_${PLATFORM}.zip`;
  const checksum = (await checksumsOf(machine, projectRoot))[archive];
  if (!checksum) return undefined;
  const url = `${releases}/${version}/${archive}`;
  const failed = (reason: string) =>
    new Error(
      `terraform ${version} is missing, and ${url} ${reason}. Put terraform ${version} on PATH: https://developer.hashicorp.com/terraform/install`,
    );
  out.write(`downloading ${url}\n`);
  const content = await downloaded(url, options).catch((error: Error) => {
    throw failed(`could not be downloaded: ${error.message}`);
  });
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (sha256 !== checksum) throw failed(`is not the archive that the project pins: its SHA-256 is ${sha256}`);
  // A process that stops half way leaves no program behind, and two that install at once do not meet.
  const part = `${dirname(program)}.${process.pid}`;
  await unzip(content, part);
  await chmod(join(part, 'terraform'), 0o755);
  await rm(dirname(program), { recursive: true, force: true });
  await mkdir(dirname(dirname(program)), { recursive: true });
  await rename(part, dirname(program));
  out.write(`terraform ${version} is verified and kept in ${dirname(program)}\n`);
  return dirname(program);
}

async function downloaded(url: string, { out, pauseMs = PAUSE_MS }: InstallOptions): Promise<Buffer> {
  const megabytes = (bytes: number) => Math.round(bytes / MEGABYTE);
  let shown = '';
  const progress = (bytes: number, of: number | undefined) => {
    const text = `${megabytes(bytes)}${of ? ` of ${megabytes(of)}` : ''} MB`;
    if (!out.isTTY || text === shown) return;
    shown = text;
    out.write(`\r${text}`);
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await download(url, progress);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(pauseMs * attempt);
    } finally {
      if (shown) out.write('\n');
      shown = '';
    }
  }
}
