import { MOST_REMINDERS, scheduledEnd } from '../contracts/lease.ts';
import type { ExpiryWarningEvent, SchedulesResult } from '../contracts/payloads.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { NotReadyError } from '../runtime/errors.ts';

/**
 * A one-time schedule that starts an execution, or invokes a function. The execution has no name of its own: EventBridge
 * Scheduler delivers at least once, and Step Functions refuses a name that it knows, so that the second delivery would end in
 * the dead-letter queue. Both machines are safe to start twice.
 */
export interface OneTimeSchedule {
  name: string;
  description: string;
  /** To the second. */
  at: string;
  target: { machine: 'teardown' | 'sweep'; input: object } | { function: object };
}

export interface SchedulePorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /** Makes the schedule, or moves the one of that name. */
  put(oneTimeSchedule: OneTimeSchedule): Promise<void>;
  /** Does not mind a schedule that is not there. */
  remove(name: string): Promise<void>;
  now(): number;
}

const MINUTE_MS = 60_000;
/** What was to go already goes soon, and not while someone still looks at what they have asked for. */
const SOONEST_MS = 5 * MINUTE_MS;
const MAX_ROUNDS = 5;

/**
 * Makes an environment's schedules say what its record says: the teardown at its end, and reminders before it. Asked
 * after every change of the record, in whatever order, it ends with the last one.
 * @param warnMinutes how long before the end, for each reminder
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
 * EventBridge Scheduler has a precision of 60 seconds, so a time within a minute may come before its seconds:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
function wholeMinute(at: number): number {
  return Math.ceil(at / MINUTE_MS) * MINUTE_MS;
}

/** What the schedules follow. */
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
  // Those that fit: of a life of eight hours nobody is reminded 24 hours before its end.
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

/** The last one before the end is the first. */
function reminderNames({ warningSchedule }: PreflightRequest['names']): string[] {
  return Array.from(
    { length: MOST_REMINDERS },
    (_, index) => `${warningSchedule}${index === 0 ? '' : `-${index + 1}`}`,
  );
}

/**
 * When what a delayed sweep has found is named again, as long as it is there: after each day of a week, and after each week of four. Each
 * of these ends at once if the sweep before it was CLEAN.
 */
export const WHILE_LEFT_HOURS = [2, 3, 4, 5, 6, 7, 14, 21, 28].map((days) => days * 24);

/**
 * Of an environment that is gone: what was to end it is cancelled, and it is swept again some hours later, for what comes
 * back late: log groups of a task that was still stopping, snapshots of a database.
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
