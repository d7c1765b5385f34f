import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What decides about a bundle besides the files that are part of it. */
const SURROUNDINGS = ['package-lock.json', 'tsconfig.json', 'lib/functions/bundles.ts'];

/**
 * Bundles anew, or takes what an earlier call with the same options has made of the same bytes. Tests synthesize the same functions dozens of times; nobody
 * else has a folder to keep them in.
 * @param folder undefined: bundles anew
 * @param options with all that decides about the bytes, but for `outdir`
 * @param bundle writes to the folder that it is given, and returns the paths of all files that it has read, relative to the project
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
