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
  if (isOf(entry, projectRoot)) {
    cpSync(join(entry, 'out'), outdir, { recursive: true });
    return;
  }
  mkdirSync(folder, { recursive: true });
  const made = mkdtempSync(join(folder, 'new-'));
  const read = bundle(join(made, 'out'));
  cpSync(join(made, 'out'), outdir, { recursive: true });
  const inputs = [...read, ...SURROUNDINGS].map((path) => [path, digestOf(join(projectRoot, path))]);
  writeFileSync(join(made, 'inputs.json'), JSON.stringify(inputs));
  keep(made, entry, projectRoot);
}

/** Other processes may bundle the same at once, and copy an entry that is valid: a valid entry stays in its place. */
function keep(made: string, entry: string, projectRoot: string): void {
  const stale = `${made}-stale`;
  try {
    if (!isOf(entry, projectRoot)) {
      if (existsSync(entry)) renameSync(entry, stale);
      renameSync(made, entry);
    }
  } catch {
    // Another process has been faster. The caller has its copy already.
  } finally {
    for (const folder of [made, stale]) rmSync(folder, { recursive: true, force: true });
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
