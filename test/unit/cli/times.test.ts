import { describe, expect, test, vi } from 'vitest';
import { localAndRelative, localTime, parseDuration, parseTime, relative } from '../../../cli/times.ts';
import { instantOf } from '../../../lambdas/runtime/clock.ts';

const at = (day: number, hour: number, minute = 0) => new Date(2026, 0, day, hour, minute).getTime();
/** The day is a Saturday. */
const now = at(31, 14, 50);
const HOUR = 3_600_000;

describe('times that people write', () => {
  test.each<[string, number | undefined]>([
    ['3d', now + 72 * HOUR],
    ['4h', now + 4 * HOUR],
    ['90min', now + 1.5 * HOUR],
    ['90 m', now + 1.5 * HOUR],
    ['1d 12h', now + 36 * HOUR],
    ['1.5h', now + 1.5 * HOUR],
    ['1w', now + 168 * HOUR],
    ['18:00', at(31, 18)],
    ['9:30', at(32, 9, 30)],
    ['today 18:00', at(31, 18)],
    ['tomorrow 18:00', at(32, 18)],
    ['Tomorrow', at(33, 0)],
    ['today', at(32, 0)],
    ['friday 17:00', at(37, 17)],
    // The name of a weekday never means today, because `today` exists.
    ['saturday', at(39, 0)],
    ['2026-02-06 18:00', at(37, 18)],
    ['2026-02-06', at(38, 0)],
    ['2026-02-06T18:00:00Z', Date.UTC(2026, 1, 6, 18)],
    ['2026-02-06T18:00+02:00', Date.UTC(2026, 1, 6, 16)],
    ['2026-02-30', undefined],
    ['2026-02-30T18:00:00Z', undefined],
    ['25:00', undefined],
    ['18:60', undefined],
    ['24:00', at(32, 0)],
    ['24:30', undefined],
    ['3', undefined],
    ['3 days ago', undefined],
    ['soon', undefined],
    ['', undefined],
    ['-4h', undefined],
  ])('%j', (text, time) => {
    expect(parseTime(text, now)).toBe(time);
  });

  /** The clocks of Berlin skip 02:00 to 03:00 on 29 March 2026, and repeat it on 25 October. */
  test.each<[string, string, string]>([
    ['18:00', '2026-03-28T20:00:00+01:00', '2026-03-29T18:00:00+02:00'],
    ['tomorrow 18:00', '2026-03-28T12:00:00+01:00', '2026-03-29T18:00:00+02:00'],
    ['tomorrow 18:00', '2026-03-28T02:30:00+01:00', '2026-03-29T18:00:00+02:00'],
    ['tomorrow 02:15', '2026-03-29T05:00:00+02:00', '2026-03-30T02:15:00+02:00'],
    // The hour of today does not exist, and that of tomorrow does.
    ['02:30', '2026-03-29T05:00:00+02:00', '2026-03-30T02:30:00+02:00'],
    ['tomorrow', '2026-10-24T12:00:00+02:00', '2026-10-26T00:00:00+01:00'],
    ['18:00', '2026-10-24T20:00:00+02:00', '2026-10-25T18:00:00+01:00'],
    ['1d', '2026-10-24T18:00:00+02:00', '2026-10-25T17:00:00+01:00'],
    // Where an hour comes twice, the next one counts.
    ['02:30', '2026-10-25T02:15:00+02:00', '2026-10-25T02:30:00+02:00'],
    ['02:30', '2026-10-25T02:15:00+01:00', '2026-10-25T02:30:00+01:00'],
    ['today 02:30', '2026-10-25T02:15:00+01:00', '2026-10-25T02:30:00+01:00'],
    ['02:30', '2026-10-25T02:45:00+01:00', '2026-10-26T02:30:00+01:00'],
  ])('%j at %s, when the clocks of Berlin change', (text, now, time) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    try {
      expect(instantOf(parseTime(text, Date.parse(now)) ?? 0)).toBe(instantOf(Date.parse(time)));
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each([
    ['02:30', '2026-03-28T20:00:00+01:00'],
    ['tomorrow 02:30', '2026-03-28T12:00:00+01:00'],
    ['2026-03-29 02:00', '2026-03-01T12:00:00+01:00'],
  ])('%j at %s names an hour that the clocks of Berlin skip, and is no time', (text, now) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    try {
      expect(parseTime(text, Date.parse(now))).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('a duration is no time', () => {
    expect(parseDuration('tomorrow')).toBeUndefined();
    expect(parseDuration('2d')).toBe(48 * HOUR);
  });
});

describe('times that people read', () => {
  const time = Date.UTC(2026, 0, 31, 20);
  test.each([
    [Date.UTC(2026, 0, 31, 16, 50), 'UTC', 'Sat 31 Jan 20:00 UTC (in 3 h 10 min)'],
    [Date.UTC(2026, 0, 31, 16, 50), 'Europe/Berlin', 'Sat 31 Jan 21:00 CET (in 3 h 10 min)'],
    [Date.UTC(2026, 0, 31, 20, 5), 'UTC', 'Sat 31 Jan 20:00 UTC (5 min ago)'],
    [Date.UTC(2025, 11, 31, 20), 'UTC', 'Sat 31 Jan 2026 20:00 UTC (in 31 d 0 h)'],
  ])('from %d in %s', (from, zone, text) => {
    expect(localAndRelative(time, from, zone)).toBe(text);
  });

  test('midnight is no 24 o’clock', () => {
    expect(localTime(Date.UTC(2026, 0, 31), time, 'UTC')).toBe('Sat 31 Jan 00:00 UTC');
    expect(relative(time, time - 50_000)).toBe('in 50 s');
  });
});
