import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getObject, putObject } from '../aws/objects.ts';
import { BuildFailure } from '../report.ts';
import type { Build } from './build.ts';

/**
 * The control bucket keeps archives of Terraform or OpenTofu and of providers: a bucket of the same region answers
 * seven times as fast as the servers that they come from, and those may be down. The content of the bucket proves
 * nothing. An archive is used if its SHA-256 is in the list of the engines' checksums, or in the lock file of a root.
 */

export interface Archive {
  /** The key is in the control bucket; it has the version. */
  key: string;
  /** Archives with these SHA-256 checksums, in hex, may be used. */
  checksums: readonly string[];
  /** Returns the address that the archive is downloaded from. @throws what ends the attempt */
  address: () => Promise<string>;
}

export interface ArchivePorts {
  get(key: string): Promise<Buffer | undefined>;
  put(key: string, content: Buffer): Promise<void>;
  download(url: string): Promise<Buffer>;
  log(line: string): void;
  /** The pause between two downloads is in milliseconds. */
  pauseMs: number;
}

const ATTEMPTS = 4;
const DOWNLOAD_MS = 300_000;

export function portsOf({ settings, report }: Pick<Build, 'settings' | 'report'>): ArchivePorts {
  const { controlBucket } = settings;
  return {
    get: (key) => getObject(controlBucket, key),
    // The role of a preview writes its result, and nothing else.
    put: async (key, content) => {
      if (settings.command !== 'preview') await putObject(controlBucket, key, content);
    },
    download,
    log: (line) => report.log(line),
    pauseMs: 2_000,
  };
}

/**
 * Reads an archive from the bucket, or downloads it and keeps it in the bucket. A bucket that cannot be read or written
 * slows a build down, and ends none.
 * @throws BuildFailure when it cannot be downloaded, or the download is not what it must be
 */
export async function archiveOf(archive: Archive, ports: ArchivePorts): Promise<Buffer> {
  const { key, checksums } = archive;
  const { log } = ports;
  const kept = await ports.get(key).catch((error: Error) => void log(`${key} could not be read: ${error.message}`));
  if (kept && isOneOf(kept, checksums)) {
    log(`${key} is in the control bucket`);
    return kept;
  }
  if (kept)
    log(
      `WARNING: ${key} in the control bucket is refused: its SHA-256 is ${sha256(kept)}, which nobody knows. Somebody has replaced it`,
    );
  const content = await downloaded(archive, ports);
  if (!isOneOf(content, checksums))
    throw new BuildFailure(`${key} is not what its checksum says: its SHA-256 is ${sha256(content)}`);
  await ports
    .put(key, content)
    .catch((error: Error) => log(`${key} could not be kept for the next build: ${error.message}`));
  return content;
}

async function downloaded({ key, address }: Archive, { download, log, pauseMs }: ArchivePorts): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const url = await address();
      log(`downloading ${url}`);
      return await download(url);
    } catch (error) {
      if (attempt === ATTEMPTS) throw new BuildFailure(`${key} could not be downloaded: ${(error as Error).message}`);
      await sleep(pauseMs);
    }
  }
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const isOneOf = (content: Buffer, checksums: readonly string[]) => checksums.includes(sha256(content));
