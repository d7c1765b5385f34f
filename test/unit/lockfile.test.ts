import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Lock {
  packages: Record<string, { version?: string; deprecated?: string; dependencies?: Record<string, string> }>;
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;

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
  const missing = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && !entry.version);
  expect(missing).toEqual([]);
});
