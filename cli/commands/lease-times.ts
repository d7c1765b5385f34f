import * as z from 'zod';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { HOUR_MS, instantOf } from '../../lambdas/runtime/clock.ts';
import { localAndRelative, localTime, parseDuration, parseTime } from '../times.ts';
import { CommandError } from './command-error.ts';

/** This module converts times that people type to the machines' units: whole hours, and instants. */

const EXAMPLES =
  'give a duration such as 4h or 3d, or a time such as 18:00, "tomorrow 18:00", "friday 18:00" or 2030-02-06T18:00:00Z (an hour that the clocks skip is no time)';
const DAY = z.iso.date();

/**
 * Returns the hours until a time, or of a duration, rounded up to whole hours.
 * @throws {CommandError} for a text that is neither, or for a time in the past
 */
export function hoursUntil(option: string, text: string, now: number): number {
  return Math.ceil((timeOf(option, text, now) - now) / HOUR_MS);
}

/**
 * Returns the hours that an environment's end is moved by.
 * @throws {CommandError} for a text that is not a positive duration
 */
export function hoursOf(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const duration = parseDuration(text);
  if (duration === undefined || duration <= 0)
    throw new CommandError(`${option} "${text}": must be whole hours, or a duration such as 4h or 3d`);
  return Math.ceil(duration / HOUR_MS);
}

/**
 * Returns the hours by which the end of an environment moves to a time, or past it.
 * @throws {CommandError} when the environment's end is not before that time
 */
export function hoursToReach(
  option: string,
  text: string,
  record: Pick<EnvironmentRecord, 'environment' | 'expiresAt'>,
  now: number,
): number {
  const time = timeOf(option, text, now);
  const end = Date.parse(record.expiresAt);
  const hours = Math.ceil((time - Math.max(end, now)) / HOUR_MS);
  if (hours > 0) return hours;
  throw new CommandError(
    `${option} "${text}": environment "${record.environment}" ends later already, ${localAndRelative(end, now)}`,
  );
}

/**
 * Returns the end of a protection. A day stands for its end in UTC, as in the machine's input.
 * @throws {CommandError} when the text is not a time, or the time has passed
 */
export function protectedUntil(option: string, text: string, now: number): string {
  if (DAY.safeParse(text).success) {
    if (Date.parse(text) + 24 * HOUR_MS <= now) throw over(option, text, now);
    return text;
  }
  return instantOf(timeOf(option, text, now));
}

function timeOf(option: string, text: string, now: number): number {
  const time = parseTime(text, now);
  if (time === undefined) throw new CommandError(`${option} "${text}": is not understood: ${EXAMPLES}`);
  if (time <= now) throw over(option, text, now);
  return time;
}

function over(option: string, text: string, now: number): CommandError {
  return new CommandError(`${option} "${text}": is over already, it is ${localTime(now, now)}: give a later time`);
}
