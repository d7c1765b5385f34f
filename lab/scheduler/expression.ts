import { Cron } from 'croner';

/** A timetable has the times at which a schedule invokes its target. */
export interface Timetable {
  /**
   * Returns the first time at or after `from`, in milliseconds since the epoch; undefined when there is none any more.
   */
  next(from: number): number | undefined;
}

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * @param expression `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` or `cron(minutes hours day month weekday year)`
 * @param timezone IANA name, for `at` and `cron`
 * @param anchor first time of a `rate`, in milliseconds since the epoch
 * @throws RangeError for anything else
 */
export function parseExpression(expression: string, timezone: string, anchor: number): Timetable {
  const [, kind, argument = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'at') return once(argument, timezone);
  if (kind === 'rate') return rate(argument, anchor);
  if (kind === 'cron') return recurring(argument, timezone);
  throw new RangeError(`Invalid Schedule Expression ${expression}.`);
}

function once(argument: string, timezone: string): Timetable {
  // The time has no zone: the schedule has its own.
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(argument)) {
    throw new RangeError(`Invalid Schedule Expression at(${argument}).`);
  }
  const at = new Cron(argument, { timezone, paused: true, allowPast: true }).getOnce()?.getTime();
  if (at === undefined) throw new RangeError(`Invalid Schedule Expression at(${argument}).`);
  return { next: (from) => (at >= from ? at : undefined) };
}

function rate(argument: string, anchor: number): Timetable {
  const [, value, unit = ''] = /^(\d+)\s+(minute|hour|day)s?$/.exec(argument) ?? [];
  const period = Number(value) * (UNITS[unit] ?? 0);
  if (!period) throw new RangeError(`Invalid Schedule Expression rate(${argument}).`);
  return { next: (from) => anchor + Math.max(0, Math.ceil((from - anchor) / period)) * period };
}

/** The list has the last value of each field of a cron expression. */
const LAST = [59, 23, 31, 12, 7, 2199];

function recurring(argument: string, timezone: string): Timetable {
  // `5/10` is every tenth from 5 on, which Croner wants as a range.
  const fields = argument
    .trim()
    .split(/\s+/)
    .map((field, index) => field.replace(/(^|,)(\d+)\//g, (_, before, first) => `${before}${first}-${LAST[index]}/`));
  const [minutes, hours, day, month, weekday = '', year] = fields;
  // Days are named by the month or by the week: the other one is "?".
  const named = [day, weekday].filter((field) => field !== '?').length;
  if (fields.length !== 6 || named > 1) throw new RangeError(`Invalid Schedule Expression cron(${argument}).`);
  const pattern = ['0', minutes, hours, day, month, weekdays(weekday), year].join(' ').replaceAll('?', '*');
  const cron = new Cron(pattern, { timezone, paused: true, mode: '7-part' });
  // Croner searches strictly after the moment that it is given.
  return { next: (from) => cron.nextRun(new Date(from - 1))?.getTime() };
}

/** AWS counts weekdays from 1 for Sunday, cron from 0. The number after "#" counts weeks and "/" steps: both stay. */
function weekdays(field: string): string {
  return field.replace(/(^|[,-])(\d)/g, (_, before, number) => `${before}${Number(number) - 1}`);
}
