import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Lock {
  packages: Record<
    string,
    { version?: string; link?: boolean; deprecated?: string; dependencies?: Record<string, string> }
  >;
}
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe.each(['', 'services/', 'lab/'])('%spackage.json', (folder) => {
  // The root's lock file covers the lab, which is installed with the checkout. The services have their own, because
  // their image builds install them too.
  const lock: Lock = read(`${folder === 'lab/' ? '' : folder}package-lock.json`);
  const manifest: Record<string, Record<string, string>> = read(`${folder}package.json`);

  test('locks no deprecated package', () => {
    const deprecated = Object.entries(lock.packages).filter(([, entry]) => entry.deprecated);
    expect(deprecated).toEqual([]);
  });

  test('names exact versions only', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test('locks a version for every package of every platform', () => {
    const missing = Object.entries(lock.packages).filter(
      ([path, entry]) => path !== '' && !entry.link && !entry.version,
    );
    expect(missing).toEqual([]);
  });
});

test.each(['services/', 'lab/'])('%spackage.json names the version of a package that the checkout names', (folder) => {
  const [root, workspace] = [read('package.json'), read(`${folder}package.json`)];
  const ours: Record<string, string> = { ...root.dependencies, ...root.devDependencies };
  const other = Object.entries(workspace.dependencies).filter(
    ([name, version]) => ours[name] && ours[name] !== version,
  );
  expect(other).toEqual([]);
});
