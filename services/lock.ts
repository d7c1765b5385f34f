import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes `services/package-lock.json`, which image builds install, with the versions of the checkout's own lock file:
 * `node services/lock.ts`. npm alone would choose the newest versions of transitive dependencies, which no test has
 * used.
 */
const folder = import.meta.dirname;
const read = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));

const { packages } = read('../package-lock.json') as { packages: Record<string, { link?: boolean }> };
const shared = Object.entries(packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
const own = Object.entries(packages).flatMap(([path, entry]) =>
  path.startsWith('services/node_modules/') ? [[path.slice('services/'.length), entry] as const] : [],
);
const { name, version, ...manifest } = read('package.json');
const lock = {
  ...{ name, version, lockfileVersion: 3, requires: true },
  packages: Object.fromEntries([['', { name, version, ...manifest }], ...shared, ...own]),
};
writeFileSync(join(folder, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
// npm removes packages that the services do not need.
const options = ['--package-lock-only', '--workspaces=false', '--ignore-scripts', '--no-audit'];
execFileSync('npm', ['install', ...options], { cwd: folder, stdio: 'inherit' });
