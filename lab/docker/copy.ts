import { chmod, cp, glob, lstat, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, matchesGlob, relative, resolve, sep } from 'node:path';
import { DockerfileError } from './dockerfile-error.ts';

export interface CopyOptions {
  /** The sources are relative to this folder: the build context, or the root of another stage. */
  from: string;
  sources: string[];
  /** The root is that of the stage that is built. */
  root: string;
  /** The destination is inside the stage; with a trailing slash it is a folder. */
  destination: string;
  /** The mode is octal, from `--chmod`. */
  mode?: string | undefined;
  /** Decides by `.dockerignore`; it is absent for another stage. */
  ignored?: (path: string) => boolean;
}

/** Copies a folder's content, or files, to a path inside the stage. */
export async function copy(options: CopyOptions): Promise<void> {
  const { from, root, destination, mode, ignored = () => false } = options;
  const found = await findSources(options);
  const target = inside(root, destination);
  const toFolder = destination.endsWith('/') || found.length > 1 || (await isDirectory(target));
  for (const source of found) {
    const folder = (await lstat(source)).isDirectory();
    const to = folder || !toFolder ? target : join(target, basename(source));
    await mkdir(dirname(to), { recursive: true });
    await cp(source, to, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path === source || !ignored(relative(from, path)),
    });
    if (mode) await chmod(to, Number.parseInt(mode, 8));
  }
}

async function findSources({ from, sources, ignored = () => false }: CopyOptions): Promise<string[]> {
  const found: string[] = [];
  for (const source of sources) {
    const pattern = source.replace(/^\/+/, '') || '.';
    inside(from, pattern);
    const matches: string[] = [];
    if (!/[*?[]/.test(pattern)) matches.push(pattern);
    else for await (const match of glob(pattern, { cwd: from })) matches.push(match);
    const existing: string[] = [];
    for (const match of matches.sort()) {
      if (!ignored(match) && (await exists(resolve(from, match)))) existing.push(resolve(from, match));
    }
    if (existing.length === 0) {
      throw new DockerfileError(`failed to compute cache key: failed to calculate checksum: "/${pattern}": not found`);
    }
    found.push(...existing);
  }
  return found;
}

/** @throws DockerfileError when the path leaves its root */
export function inside(root: string, path: string): string {
  const absolute = resolve(root, path.replace(/^\/+/, ''));
  if (absolute === resolve(root) || absolute.startsWith(resolve(root) + sep)) return absolute;
  throw new DockerfileError(`forbidden path outside the build context: ${path}`);
}

/** Returns a test by the patterns of the context's `.dockerignore`; the last one that matches decides. */
export async function dockerignore(context: string): Promise<(path: string) => boolean> {
  const text = await readFile(join(context, '.dockerignore'), 'utf8').catch(() => '');
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ ignore: !line.startsWith('!'), pattern: line.replace(/^!/, '').replace(/^\/|\/$/g, '') }));
  return (path) => {
    let ignore = false;
    for (const rule of rules) {
      if (matchesGlob(path, rule.pattern) || matchesGlob(path, `${rule.pattern}/**`)) ignore = rule.ignore;
    }
    return ignore;
  };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
