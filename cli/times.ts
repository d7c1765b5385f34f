import * as z from 'zod';
import { HOUR_MS } from '../lambdas/runtime/clock.ts';

/** This module formats and parses times for people: in the operator's time zone, with the zone, and relative to now. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Returns `Sat 31 Jan 21:00 CET`, with the year if it is not the current one. */
export function localTime(time: number, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const year = (at: number) => new Date(at).toLocaleString('en-GB', { year: 'numeric', ...zone });
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...zone,
  }).formatToParts(time);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const day = `${part('weekday')} ${part('day')} ${part('month')}${year(time) === year(now) ? '' : ` ${year(time)}`}`;
  return `${day} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}

/** Returns `Sat 31 Jan 21:00 CET (in 3 h 10 min)`. */
export function localAndRelative(time: number, now: number, timeZone?: string): string {
  return `${localTime(time, now, timeZone)} (${relative(time, now)})`;
}

/** Returns `in 3 h 10 min` or `5 min ago`. */
export function relative(time: number, now: number): string {
  const ms = time - now;
  return ms >= 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}

/** Returns `50 s`, `5 min`, `3 h 10 min` or `2 d 1 h`. */
export function span(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };
const DURATION = /^(\d+(?:\.\d+)?\s*(?:min|m|h|d|w)\s*)+$/;

/** Returns the milliseconds of `3d`, `4h`, `90min` or `1d 12h`, and undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const given = text.trim().toLowerCase();
  if (!DURATION.test(given)) return undefined;
  return [...given.matchAll(/(\d+(?:\.\d+)?)\s*(min|m|h|d|w)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0),
    0,
  );
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const ISO = z.iso.datetime({ offset: true });
const SPOKEN =
  /^(?:(today|tomorrow|(?:sun|mon|tues|wednes|thurs|fri|satur)day|\d{4}-\d{2}-\d{2})\s*)?(\d{1,2}:\d{2})?$/;

/**
 * The time that a text names, in milliseconds: a duration from now, `18:00`, `tomorrow 18:00`, `friday`, `2030-02-06 18:00`
 * in the zone of whoever asks, or `2030-02-06T18:00Z`. A day alone stands for its end; an hour alone for its next. Of an
 * hour that the clocks repeat, the next one is meant.
 * @returns undefined for anything else, and for an hour that the clocks skip
 */
export function parseTime(text: string, now: number): number | undefined {
  const given = text.trim().toLowerCase();
  const duration = parseDuration(given);
  if (duration !== undefined) return now + duration;
  const iso = ISO.safeParse(given.toUpperCase().replace(/T\d{2}:\d{2}(?=Z|[+-])/, '$&:00')).data;
  if (iso) return Date.parse(iso);
  const [matched, day, clock] = SPOKEN.exec(given) ?? [];
  if (!matched) return undefined;
  const date = dayOf(day, new Date(now));
  if (!date) return undefined;
  const [hours, minutes] = clock ? clock.split(':').map(Number) : [24, 0];
  if (hours === undefined || minutes === undefined || minutes > 59 || hours * 60 + minutes > 24 * 60) return undefined;
  const on = (days: number) => clockTimes(date, days, hours, minutes);
  const today = on(0);
  const next = today.find((time) => time > now);
  if (next !== undefined) return next;
  const isOver = today.length > 0 || date.setHours(hours, minutes) <= now;
  return day === undefined && isOver ? on(1)[0] : today[0];
}

/** Returns when the clocks show a time of a day: once, twice when they are put back, or never when they skip it. */
function clockTimes(date: Date, days: number, hours: number, minutes: number): number[] {
  const first = new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hours, minutes);
  // Midnight is the end of the day, whatever the clocks show then.
  if (hours === 24) return [first.getTime()];
  const shown = (at: Date) => at.getHours() * 60 + at.getMinutes();
  const second = new Date(first.getTime() + HOUR_MS);
  return [first, second].filter((at) => shown(at) === hours * 60 + minutes).map((at) => at.getTime());
}

function dayOf(word: string | undefined, now: Date): Date | undefined {
  const date = new Date(now);
  if (word === undefined || word === 'today') return date;
  if (word === 'tomorrow') {
    date.setDate(date.getDate() + 1);
    return date;
  }
  const weekday = DAYS.indexOf(word);
  if (weekday >= 0) {
    date.setDate(date.getDate() + ((weekday - date.getDay() + 7) % 7 || 7));
    return date;
  }
  const [year = 0, month = 0, day = 0] = word.split('-').map(Number);
  const exact = new Date(year, month - 1, day);
  // JavaScript converts the 31st of February to a day of March.
  return exact.getMonth() === month - 1 && exact.getDate() === day ? exact : undefined;
}
