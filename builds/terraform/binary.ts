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

/** Beside the Terraform roots. */
const CHECKSUMS = 'infra/terraform-checksums.txt';

/** Terraform of exactly this version: the one on PATH, or an archive whose checksum this repository knows. */
export async function ensureTerraform(build: Build): Promise<void> {
  const { report, terraform, work } = build;
  const { terraformVersion: version } = build.settings;
  if ((await versionOnPath(build)) === version) return report.log(`terraform ${version} is on PATH`);

  const archive = `terraform_${version}_${PLATFORM}.zip`;
  const checksum = checksumOf(await readFile(CHECKSUMS, 'utf8'), archive);
  if (!checksum)
    throw new BuildFailure(`terraform ${version} is not on PATH, and ${CHECKSUMS} has no checksum of ${archive}`);

  const content = await archiveOf(
    {
      key: `tools/terraform/${version}/${archive}`,
      checksums: [checksum],
      address: async () => `https://releases.hashicorp.com/terraform/${version}/${archive}`,
    },
    portsOf(build),
  );
  const path = join(work, archive);
  await writeFile(path, content);
  const executable = join(work, 'bin', 'terraform');
  await mkdir(join(work, 'bin'));
  await extract(path, 'terraform', executable);
  terraform.use(executable);
}

async function versionOnPath({ terraform, work }: Build): Promise<string | undefined> {
  const { text } = await terraform.capture(work, ['version', '-json'], 'output');
  try {
    return z.object({ terraform_version: z.string() }).parse(JSON.parse(text)).terraform_version;
  } catch {
    return undefined;
  }
}

/** @param list lines as `sha256sum` has them */
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
