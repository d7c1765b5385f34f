import { execFileSync } from 'node:child_process';
import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { shellQuote } from '../../../builds/shell-quote.ts';

test.each([
  ['', "''"],
  ['order-platform_dev.v3', 'order-platform_dev.v3'],
  ['r/api@sha256:0a', 'r/api@sha256:0a'],
  ['no run', 'no\\ run'],
  ['$(id)', '\\$\\(id\\)'],
  ["it's", "it\\'s"],
  ['ü – €', 'ü\\ –\\ €'],
  ["a'b\n\\", "$'a\\'b\\012\\\\'"],
])('%j is the word %s', (text, word) => {
  expect(shellQuote(text)).toBe(word);
});

test('bash reads any word as the text that it was made of', () => {
  const character = oneof(
    string({ minLength: 1, maxLength: 1 }),
    constantFrom(...'\'"\\$`\n\r\t\x01\x7f ~!#*?{}[]();&|<>é€😀'),
  );
  const texts: string[] = [];
  const collect = property(string({ unit: character, maxLength: 30 }), (text) => {
    if (!text.includes('\0')) texts.push(text);
  });
  assert(collect, { numRuns: 500 });
  const source = texts.map((text) => `value=${shellQuote(text)}; printf '%s\\0' "$value"`).join('\n');
  const read = execFileSync('bash', ['-c', source], { env: { ...process.env, LC_ALL: 'C.UTF-8' }, encoding: 'utf8' });
  expect(read.split('\0').slice(0, -1)).toEqual(texts);
});
