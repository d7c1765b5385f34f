import { expect, test } from 'vitest';
import { relative } from '../../../../lambdas/report/board-parts.ts';
import { clockTime, duration, instant } from '../../../../lambdas/report/times.ts';

test.each([
  [0, '0 ms'],
  [887.4, '887 ms'],
  [999.6, '1 s'],
  [4_000, '4 s'],
  [7_231, '7.2 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [11_520_000, '3 h 12 min'],
  [187_200_000, '2 d 4 h'],
  [-1, '–'],
  [Number.NaN, '–'],
  [undefined, '–'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('times are shown in UTC, whatever they were given in', () => {
  const markup = '<time datetime="2026-11-24T09:30:56.363Z">2026-11-24 09:30:56 UTC</time>';
  expect(instant('2026-11-24T10:30:56.363+01:00').markup).toBe(markup);
  expect(instant(Date.parse('2026-11-24T09:30:56.363Z')).markup).toBe(markup);
  expect(clockTime('2026-11-24T09:30:56.363Z').markup).toContain('>09:30:56.363<');
});

test.each([['yesterday'], [8.64e15 + 1], [null], [{}], [Number.POSITIVE_INFINITY]])('%j is no time', (value) => {
  expect(instant(value).markup).toBe('–');
  expect(clockTime(value).markup).toBe('–');
});

test.each([
  [-8_512, '8 s ago'],
  [-161, '0 s ago'],
  [59_999, 'in 59 s'],
  [-125_000, '2 min ago'],
  [86_280_000, 'in 23 h 58 min'],
])('a time %d ms from the page is %s', (ms, text) => {
  expect(relative(1_000_000 + ms, 1_000_000)).toBe(text);
});
