import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDERS = [
  'bench',
  'bin',
  'builds',
  'demo',
  'examples',
  'infra',
  'lab',
  'lambdas',
  'lib',
  'cli',
  'services',
  'statemachines',
  'test',
];
/** A screen of an editor shows about this number of lines. */
const MOST_LINES = 45;

test.each(FOLDERS)('%s has a README of a screen, and what it names exists', (folder) => {
  const text = readFileSync(join(ROOT, folder, 'README.md'), 'utf8');
  expect(text.split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  const named = [...text.matchAll(/`([\w./-]+(?:\/|\.(?:ts|sh|tf|json)))`/g)].map(([, path]) => String(path));
  const missing = named.filter((path) => ![folder, '.'].some((from) => existsSync(join(ROOT, from, path))));
  expect(missing).toEqual([]);
});
