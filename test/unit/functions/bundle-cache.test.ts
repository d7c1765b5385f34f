import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleOnce } from '../../../lib/functions/bundle-cache.ts';

let root: string;
let made: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-cache-'));
  made = [];
  for (const name of ['a.ts', 'b.ts', 'package-lock.json']) writeFileSync(join(root, name), name);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/**
 * Bundles the content of `a.ts` into one file.
 * @returns the content of that file
 */
function bundle(
  out: string,
  { folder = join(root, 'cache'), options = {} }: { folder?: string; options?: object } = {},
) {
  const outdir = join(root, out);
  bundleOnce(folder, root, options, outdir, (to) => {
    made.push(out);
    writeFileSyncIn(to, readFileSync(join(root, 'a.ts'), 'utf8'));
    return ['a.ts'];
  });
  return readFileSync(join(outdir, 'index.mjs'), 'utf8');
}

function writeFileSyncIn(folder: string, content: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), content);
}

test('is made once of the same bytes', () => {
  expect([bundle('one'), bundle('two')]).toEqual(['a.ts', 'a.ts']);
  expect(made).toEqual(['one']);
});

test.each([
  ['a file that it has read', 'a.ts', 'changed'],
  ['what is installed', 'package-lock.json', 'a.ts'],
])('is made again when %s has changed', (_, name, content) => {
  bundle('one');
  writeFileSync(join(root, name), 'changed');
  expect(bundle('two')).toBe(content);
  expect(made).toEqual(['one', 'two']);
});

test('is made again when a file that it has read is gone', () => {
  writeFileSync(join(root, 'gone.ts'), '');
  const read = (out: string) =>
    bundleOnce(join(root, 'cache'), root, {}, join(root, out), (to) => {
      made.push(out);
      writeFileSyncIn(to, 'x');
      return ['gone.ts'];
    });
  read('one');
  rmSync(join(root, 'gone.ts'));
  read('two');
  expect(made).toEqual(['one', 'two']);
});

test('is not that of other options, and no file that it has not read matters', () => {
  bundle('one', { options: { target: 'node22' } });
  bundle('two', { options: { target: 'node24' } });
  writeFileSync(join(root, 'b.ts'), 'changed');
  bundle('three', { options: { target: 'node22' } });
  expect(made).toEqual(['one', 'two']);
});

test('is made again from an entry that was cut short', () => {
  bundle('one');
  for (const entry of entries()) writeFileSync(join(root, 'cache', entry, 'inputs.json'), '[["a.ts",');
  expect(bundle('two')).toBe('a.ts');
  expect(made).toEqual(['one', 'two']);
});

const entries = () => readdirSync(join(root, 'cache'));

test('is made anew each time where nobody has a folder for it', () => {
  for (const out of ['one', 'two'])
    bundleOnce(undefined, root, {}, join(root, out), (to) => {
      made.push(out);
      writeFileSyncIn(to, 'x');
      return ['a.ts'];
    });
  expect(made).toEqual(['one', 'two']);
});

test('leaves the entry of a faster process in its place, since others may be copying it', () => {
  const cache = join(root, 'cache');
  const once = (out: string, meanwhile = () => {}) =>
    bundleOnce(cache, root, {}, join(root, out), (to) => {
      writeFileSyncIn(to, out);
      meanwhile();
      return ['a.ts'];
    });
  let entry = 0n;
  const inode = () =>
    statSync(join(cache, readdirSync(cache).filter((name) => !name.startsWith('new-'))[0] ?? '', 'out'), {
      bigint: true,
    }).ino;
  once('slow', () => {
    once('fast');
    entry = inode();
  });
  expect(inode()).toBe(entry);
  expect(readFileSync(join(root, 'slow', 'index.mjs'), 'utf8')).toBe('slow');
  expect(readdirSync(cache)).toHaveLength(1);
});
