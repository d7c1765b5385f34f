import { describe, expect, test } from 'vitest';
import { Report } from '../../../builds/report.ts';

function said(hidden: readonly string[], line: string): string[] {
  const lines: string[] = [];
  const report = new Report(undefined, (text) => lines.push(text));
  for (const value of hidden) report.hide(value);
  report.say(line);
  return lines;
}

describe('a build hides secrets', () => {
  test.each([
    ['the shorter one first', ['shopuser', 'shopuser-2024!']],
    ['the longer one first', ['shopuser-2024!', 'shopuser']],
  ])('of which one begins like another, %s', (_, hidden) => {
    expect(said(hidden, 'login shopuser with shopuser-2024! failed')).toEqual(['login (secret) with (secret) failed']);
  });

  test('that are the fields of one', () => {
    const secret = JSON.stringify({ user: 'shop', login: { password: 'hunter-2222' }, keys: ['first-key', 7] });
    expect(said([secret], 'hunter-2222 and first-key of shop, 7')).toEqual(['(secret) and (secret) of shop, 7']);
    expect(said([secret], `all of ${secret}`)).toEqual(['all of (secret)']);
  });

  test('but a file has the fields, which may be words like any other', () => {
    const report = new Report(undefined, () => {});
    report.hide('{"engine":"postgres"}');
    expect(report.hidden('{"engine":"postgres"} of postgres')).toBe('(secret) of postgres');
  });

  test('of several lines, and as JSON has them', () => {
    const key = '-----BEGIN KEY-----\nabcdefgh"ijk\n-----END KEY-----';
    expect(said([key], `x ${JSON.stringify(key)} y`)).toEqual(['x "(secret)" y']);
    expect(said([key], 'line abcdefgh"ijk')).toEqual(['line (secret)']);
  });

  test('and no word of a few characters', () => {
    expect(said(['dev'], 'the environment dev')).toEqual(['the environment dev']);
  });
});
