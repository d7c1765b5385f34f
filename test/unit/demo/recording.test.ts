import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { recording } from '../../../demo/recording.ts';

const DOCS = resolve(import.meta.dirname, '../../../docs');
const page = readFileSync(resolve(DOCS, 'a-whole-run.md'), 'utf8');
const [, transcript = ''] = /```\n(.*?)```/s.exec(page) ?? [];

describe('the recording of a run', () => {
  test('is made from the run that docs/a-whole-run.md has: node demo/record.ts makes both again', () => {
    expect(transcript).not.toBe('');
    expect(readFileSync(resolve(DOCS, 'images/a-whole-run.svg'), 'utf8')).toBe(recording(transcript));
  });

  test('is XML, and loads and runs nothing', () => {
    const svg = recording('00:00:01  <b> & "x" ✓\n00:00:09  y');
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).toContain('&lt;b&gt; &amp;');
    expect(svg).not.toMatch(/<script|href|url\(|@import/);
  });

  test('plays in proportion, cuts long waits and goes past midnight', () => {
    const appear = (svg: string) =>
      [...svg.matchAll(/0%\{opacity:0\}([\d.]+)%/g)].map(([, percent]) => Number(percent));
    const times = appear(recording(['23:59:50  a', '23:59:51  b', '00:01:51  c', '00:01:52  d'].join('\n')));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [a = 0, b = 0, c = 0, d = 0] = times;
    expect(c - b).toBeGreaterThan(d - c);
    expect(c - b).toBeLessThan(120 * (b - a));
    expect(d).toBeLessThanOrEqual(75);
  });

  test('stands still for who asks for less motion', () => {
    expect(recording('x')).toContain('prefers-reduced-motion:reduce');
  });
});

test('the run is one of these times, not of an older version', () => {
  for (const part of ['✓ environment demo provisioned and validated', '✓ torn down: CLEAN', '0 denied']) {
    expect(transcript).toContain(part);
  }
  expect(transcript).not.toMatch(/\/(root|home|opt|tmp|usr|work)\//);
});
