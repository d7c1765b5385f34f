import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const text = readFileSync(`${ROOT}/docs/security.md`, 'utf8');
const [, section = ''] = text.split('\n## Invariants\n');
const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (\d) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, number = '', name = '', tests = '']) => ({ number: Number(number), name, tests }),
);
/** The cell of a row has the form `` `file`: *title*, *title* ``. */
const NAMED = /`((?:lab\/)?test\/[\w./-]+\.test\.ts)`: ((?:\*[^*]+\*(?:, )?)+)/g;

describe('each invariant of docs/security.md', () => {
  test('has a row', () => {
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test.each(rows)('names the tests that hold it: $name', ({ tests }) => {
    const named = [...tests.matchAll(NAMED)];
    expect(named.length).toBeGreaterThan(0);
    // The cell has no other text.
    expect(named.map(([all]) => all).join(' · ')).toBe(tests);
    for (const [, file = '', titles = ''] of named) {
      const source = readFileSync(`${ROOT}/${file}`, 'utf8');
      for (const [, title = ''] of titles.matchAll(/\*([^*]+)\*/g)) {
        expect(source, `${file}: ${title}`).toMatch(isTitle(title));
      }
    }
  });
});

/** Returns the pattern of a test or a group of tests whose title begins with the text. */
function isTitle(title: string): RegExp {
  const text = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(test|describe)[\\s\\S]{0,2000}?\\(\\s*['"\`]${text}['"\`]`);
}
