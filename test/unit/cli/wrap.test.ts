import { styleText } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wrap } from '../../../cli/wrap.ts';

const red = (text: string) => styleText('red', text, { validateStream: false });

describe('a line that is wider than the screen', () => {
  test.each([
    ['keeps whole words', 'one two three', 8, 'one two\nthree'],
    ['keeps its indent', '    one two three', 12, '    one two\n    three'],
    [
      'continues below its last column',
      'status  LIVE  one two three',
      24,
      'status  LIVE  one two\n              three',
    ],
    [
      'continues further left where the last column is far right',
      'key  a word and  x y',
      16,
      'key  a word and\n     x y',
    ],
    ['keeps a word that is wider', 'arn  arn:aws:states:eu-west-1:1', 12, 'arn  arn:aws:states:eu-west-1:1'],
    ['is left where it has a command', 'fix  npx runbook sweep dev', 12, 'fix  npx runbook sweep dev'],
    ['is left where there is no screen', 'one two three', undefined, 'one two three'],
    ['is measured without its colours', `${red('✗')}  one two`, 10, `${red('✗')}  one two`],
    ['is cut behind its colours', `${red('✗')}  one two three`, 10, `${red('✗')}  one two\n   three`],
  ])('%s', (_, text, columns, expected) => {
    expect(wrap(text, columns)).toBe(expected);
  });
});

test('no word is lost or broken, and no line of short words is wider than the screen', () => {
  const word = fc.stringMatching(/^[a-z]{1,9}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 20, max: 120 }),
      (words, columns) => {
        const wrapped = wrap(`  ${words.join(' ')}`, columns);
        expect(wrapped.split(/\s+/).filter(Boolean)).toEqual(words);
        for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
      },
    ),
  );
});
