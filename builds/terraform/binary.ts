import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import * as z from 'zod';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';
import { archiveOf, portsOf } from './cached-archives.ts';
import { PLATFORM } from './platform.ts';

/** The file is beside the Terraform roots, and has both engines. */
const CHECKSUMS = 'infra/terraform-checksums.txt';

/** Each engine has its program, the archive that holds it, and the address of the releases. */
const ENGINES = {
  terraform: {
    program: 'terraform',
    release: (version: string) => `https://releases.hashicorp.com/terraform/${version}`,
  },
  // https://opentofu.org/docs/intro/install/standalone/
  opentofu: {
    program: 'tofu',
    release: (version: string) => `https://github.com/opentofu/opentofu/releases/download/v${version}`,
  },
};

/** Provides the engine of exactly this version: the one on PATH, or an archive whose checksum this repository has. */
export async function ensureEngine(build: Build): Promise<void> {
  const { report, terraform, work } = build;
  const { engine, engineVersion: version } = build.settings;
  const { program, release } = ENGINES[engine];
  terraform.use(program);
  if ((await versionOnPath(build)) === version) return report.log(`${program} ${version} is on PATH`);

  const archive = `${program}_${version}_${PLATFORM}.zip`;
  const checksum = checksumOf(await readFile(CHECKSUMS, 'utf8'), archive);
  if (!checksum)
    throw new BuildFailure(`${program} ${version} is not on PATH, and ${CHECKSUMS} has no checksum of ${archive}`);

  const content = await archiveOf(
    {
      key: `tools/${engine}/${version}/${archive}`,
      checksums: [checksum],
      address: async () => `${release(version)}/${archive}`,
    },
    portsOf(build),
  );
  const path = join(work, archive);
  await writeFile(path, content);
  const executable = join(work, 'bin', program);
  await mkdir(join(work, 'bin'));
  await extract(path, program, executable);
  terraform.use(executable);
}

/** Both engines call the field `terraform_version`. */
async function versionOnPath({ terraform, work }: Build): Promise<string | undefined> {
  const { text } = await terraform.capture(work, ['version', '-json'], 'output');
  try {
    return z.object({ terraform_version: z.string() }).parse(JSON.parse(text)).terraform_version;
  } catch {
    return undefined;
  }
}

/** Returns whether the backend has `use_lockfile`: both engines have it from 1.10 on. */
export function hasLockFile(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 10);
}

/** @param list lines in the format of `sha256sum` */
export function checksumOf(list: string, archive: string): string | undefined {
  const line = list.split('\n').find((one) => one.endsWith(` ${archive}`) || one.endsWith(`*${archive}`));
  return /^([0-9a-f]{64}) [ *]/.exec(line ?? '')?.[1];
}

async function extract(archive: string, name: string, to: string): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== name) continue;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to, { mode: 0o755 }));
    return;
  }
  throw new BuildFailure(`${archive} has no ${name}`);
}
