import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A bundle depends on these files in addition to its own sources. */
const SURROUNDINGS = ['package-lock.json', 'tsconfig.json', 'lib/functions/bundles.ts'];

/**
 * Creates a bundle, or copies the one that an earlier call with the same options created from the same bytes. Tests
 * synthesize the same functions dozens of times; only they set a folder for the cache.
 * @param folder undefined to bundle without a cache
 * @param options everything that determines the bytes, except `outdir`
 * @param bundle writes to the given folder, and returns the paths of all files that it read, relative to the project
 */
export function bundleOnce(
  folder: string | undefined,
  projectRoot: string,
  options: object,
  outdir: string,
  bundle: (outdir: string) => readonly string[],
): void {
  if (!folder) {
    bundle(outdir);
    return;
  }
  const entry = join(folder, sha256(JSON.stringify([projectRoot, options])));
  if (!isOf(entry, projectRoot)) make(entry, folder, projectRoot, bundle);
  cpSync(join(entry, 'out'), outdir, { recursive: true });
}

/** Writes an entry of the cache. When two processes write the same entry at once, either result is valid. */
function make(entry: string, folder: string, projectRoot: string, bundle: (outdir: string) => readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const made = mkdtempSync(join(folder, 'new-'));
  const read = bundle(join(made, 'out'));
  const inputs = [...read, ...SURROUNDINGS].map((path) => [path, digestOf(join(projectRoot, path))]);
  writeFileSync(join(made, 'inputs.json'), JSON.stringify(inputs));
  try {
    rmSync(entry, { recursive: true, force: true });
    renameSync(made, entry);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!isOf(entry, projectRoot)) throw error;
  }
}

function isOf(entry: string, projectRoot: string): boolean {
  try {
    const inputs = JSON.parse(readFileSync(join(entry, 'inputs.json'), 'utf8')) as [path: string, digest: string][];
    return inputs.every(([path, digest]) => digestOf(join(projectRoot, path)) === digest);
  } catch {
    return false;
  }
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const digestOf = (path: string) => (existsSync(path) ? sha256(readFileSync(path)) : '');
