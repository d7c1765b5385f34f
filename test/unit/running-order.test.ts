import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, SECONDS, spread } from '../support/running-order.ts';

test.each([
  [['A'], ['1', '2'], 'A12'],
  [['A', 'B'], ['1', '2', '3', '4'], 'A12B34'],
  [['A', 'B', 'C'], ['1', '2', '3', '4'], 'A1B23C4'],
  [['A', 'B', 'C'], ['1'], 'AB1C'],
  [[], ['1', '2'], '12'],
  [['A', 'B'], [], 'AB'],
])('%j among %j', (few, many, expected) => {
  expect(spread(few, many).join('')).toBe(expected);
});

test('every file runs once, and each list keeps its order', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(200), (few, many) => {
      const lives = Array.from({ length: few }, (_, index) => `life ${index}`);
      const others = Array.from({ length: many }, (_, index) => `other ${index}`);
      for (const all of [spread(lives, others), inOrder(lives, others)]) {
        expect(all.filter((one) => one.startsWith('life'))).toEqual(lives);
        expect(all.filter((one) => one.startsWith('other'))).toEqual(others);
        expect(all).toHaveLength(few + many);
      }
    }),
  );
});

test('no life begins among the shorter half of the other files', () => {
  expect(inOrder(['A', 'B'], ['1', '2', '3', '4', '5', '6']).join('')).toBe('A12B3456');
});

test('every file that has a time exists, and every life has one', () => {
  const root = join(import.meta.dirname, '../..');
  const files = ['test', 'lab/test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  );
  expect(Object.keys(SECONDS).filter((file) => !files.includes(file))).toEqual([]);
  const lives = files.filter((file) => /^test\/lifecycle\/.*\.test\.ts$/.test(file));
  expect(lives.filter((file) => SECONDS[file] === undefined)).toEqual([]);
});
