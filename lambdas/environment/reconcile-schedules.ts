import { MOST_REMINDERS, scheduledEnd } from '../contracts/lease.ts';
import type { ExpiryWarningEvent, SchedulesResult } from '../contracts/payloads/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { NotReadyError } from '../runtime/errors.ts';

/**
 * Describes a one-time schedule that starts an execution or invokes a function. The execution has no name: EventBridge
 * Scheduler delivers at least once, and Step Functions refuses a name that exists, so that the second delivery would
 * end in the dead-letter queue. Both machines are safe to start twice.
 */
export interface OneTimeSchedule {
  name: string;
  description: string;
  /** The time is precise to the second. */
  at: string;
  target: { machine: 'teardown' | 'sweep'; input: object } | { function: object };
}

export interface SchedulePorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /** Creates the schedule, or moves the one of that name. */
  put(oneTimeSchedule: OneTimeSchedule): Promise<void>;
  /** Removes a schedule. The function ignores one that does not exist. */
  remove(name: string): Promise<void>;
  now(): number;
}

const MINUTE_MS = 60_000;
/**
 * An environment that is past its end is torn down after this time, so that people can still see what they have
 * requested.
 */
const SOONEST_MS = 5 * MINUTE_MS;
const MAX_ROUNDS = 5;

/**
 * Updates an environment's schedules from its record: the teardown at its end, and the reminders before it. The
 * function is called after every change of the record. In any order of calls, the schedules follow the last change.
 * @param warnMinutes are the minutes before the end, for each reminder
 */
export async function reconcileSchedules(
  request: Pick<PreflightRequest, 'environment' | 'names'>,
  warnMinutes: readonly number[],
  ports: SchedulePorts,
): Promise<SchedulesResult> {
  let record = await ports.loadRecord(request.environment);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = await follow(request, record, warnMinutes, ports);
    const after = await ports.loadRecord(request.environment);
    if (versionOf(after) === versionOf(record)) return result;
    record = after;
  }
  throw new NotReadyError(`the record of environment "${request.environment}" changes too often, try again`);
}

/**
 * Rounds up, since EventBridge Scheduler has a precision of 60 seconds, and a time within a minute may come before its
 * seconds: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
function wholeMinute(at: number): number {
  return Math.ceil(at / MINUTE_MS) * MINUTE_MS;
}

/** Returns a text of what the schedules follow. */
function versionOf(record: EnvironmentRecord | null): string {
  if (!record || record.status === 'GONE') return 'gone';
  return [record.run, record.expiresAt, record.leaseRevision ?? 0].join(' ');
}

async function follow(
  { environment, names }: Pick<PreflightRequest, 'environment' | 'names'>,
  record: EnvironmentRecord | null,
  warnMinutes: readonly number[],
  ports: SchedulePorts,
): Promise<SchedulesResult> {
  if (!record || record.status === 'GONE') {
    await removeAll(names, ports);
    return {};
  }
  const now = ports.now();
  const end = scheduledEnd(record);
  const at = wholeMinute(Math.max(end, now + SOONEST_MS));
  const teardownAt = instantOf(at);
  await ports.put({
    name: names.teardownSchedule,
    description: `Tears ${environment} down when its time is over`,
    at: teardownAt,
    target: { machine: 'teardown', input: { environment, onlyIfExpired: true, reason: 'its time is over' } },
  });
  const event: ExpiryWarningEvent = { environment, endsAt: instantOf(end), teardownAt };
  // Reminders before the present time are left out: nobody gets a reminder 24 hours before the end of a life of eight
  // hours.
  const times = warnMinutes
    .map((minutes) => at - minutes * MINUTE_MS)
    .filter((time) => time > now)
    .sort((a, b) => b - a);
  for (const [index, name] of reminderNames(names).entries()) {
    const time = times[index];
    if (time === undefined) {
      await ports.remove(name);
      continue;
    }
    const description = `Reminds people that ${environment} is torn down`;
    await ports.put({ name, description, at: instantOf(time), target: { function: event } });
  }
  const next = times.at(-1);
  return { teardownAt, ...(next === undefined ? {} : { warnAt: instantOf(next) }) };
}

/** The first name is that of the last reminder before the end. */
function reminderNames({ warningSchedule }: PreflightRequest['names']): string[] {
  return Array.from(
    { length: MOST_REMINDERS },
    (_, index) => `${warningSchedule}${index === 0 ? '' : `-${index + 1}`}`,
  );
}

/**
 * After these times, the leftovers of a delayed sweep are named again: daily from the second to the seventh day, and
 * after 14, 21 and 28 days. Each of these sweeps ends at once if the sweep before it was CLEAN.
 */
export const WHILE_LEFT_HOURS = [2, 3, 4, 5, 6, 7, 14, 21, 28].map((days) => days * 24);

/**
 * Cancels the schedules of an environment that is gone, and schedules its delayed sweeps. They find what appears late:
 * log groups of a task that was still stopping, snapshots of a database.
 */
export async function scheduleSweeps(
  { environment, names, run, keepBackend }: Pick<PreflightRequest, 'environment' | 'names' | 'run' | 'keepBackend'>,
  afterHours: readonly number[],
  ports: SchedulePorts,
): Promise<SchedulesResult> {
  await removeAll(names, ports);
  const now = ports.now();
  const sweepsAt: string[] = [];
  const sweep = async (hours: number, only: { onlyIfLeft?: true }) => {
    const at = instantOf(wholeMinute(now + hours * HOUR_MS));
    await ports.put({
      name: `${run}-sweep-${hours}h`,
      description: `Sweeps after ${environment} once more, ${hours} h after its teardown`,
      at,
      target: {
        machine: 'sweep',
        input: { environment, run, keepBackend: keepBackend ?? false, provenance: true, ...only },
      },
    });
    return at;
  };
  for (const hours of afterHours) sweepsAt.push(await sweep(hours, {}));
  for (const hours of WHILE_LEFT_HOURS) await sweep(hours, { onlyIfLeft: true });
  return { sweepsAt };
}

async function removeAll(names: PreflightRequest['names'], ports: SchedulePorts): Promise<void> {
  for (const name of reminderNames(names)) await ports.remove(name);
  await ports.remove(names.teardownSchedule);
}
