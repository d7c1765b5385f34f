import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import * as z from 'zod';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';

/** Beside the Terraform roots. */
const CHECKSUMS = 'infra/terraform-checksums.txt';
const ATTEMPTS = 4;
const DOWNLOAD_MS = 300_000;

const SYSTEMS: Partial<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const MACHINES: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Terraform of exactly this version: the one on PATH, or a download whose checksum this repository knows. */
export async function ensureTerraform(build: Build): Promise<void> {
  const { report, terraform, work } = build;
  const { terraformVersion: version } = build.settings;
  if ((await versionOnPath(build)) === version) return report.log(`terraform ${version} is on PATH`);

  const system = SYSTEMS[process.platform];
  const machine = MACHINES[process.arch];
  if (!system || !machine) throw new BuildFailure(`no Terraform is known for ${process.platform} on ${process.arch}`);
  const archive = `terraform_${version}_${system}_${machine}.zip`;
  const checksum = checksumOf(await readFile(CHECKSUMS, 'utf8'), archive);
  if (!checksum)
    throw new BuildFailure(`terraform ${version} is not on PATH, and ${CHECKSUMS} has no checksum of ${archive}`);

  report.log(`terraform ${version} is not on PATH; downloading ${archive}`);
  const content = await download(`https://releases.hashicorp.com/terraform/${version}/${archive}`);
  if (createHash('sha256').update(content).digest('hex') !== checksum)
    throw new BuildFailure(`${archive} is not what its checksum says`);
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

async function download(url: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
      if (!response.ok) throw new Error(`${url} answers ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      if (attempt === ATTEMPTS) throw new BuildFailure(`${url} could not be downloaded: ${(error as Error).message}`);
    }
  }
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
