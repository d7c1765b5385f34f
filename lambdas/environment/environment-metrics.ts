import { endOf } from '../contracts/lease.ts';
import type { EnvironmentRecord, EnvironmentStatus } from '../contracts/record.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { HOUR_MS } from '../runtime/clock.ts';
import type { Measurement } from '../runtime/metrics.ts';

export interface CensusPorts {
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
  emit(measurements: readonly Measurement[]): void;
  /** Starts it, and does not wait. */
  writeBoard(): Promise<void>;
  warn(message: string): void;
  now(): number;
}

export interface Census {
  alive: number;
  usdPerHour: number;
  hoursPastEnd: number;
  hoursHeld: number;
  unreadable: string[];
}

/** An execution is, or should be, at work on the environment. */
const HELD: ReadonlySet<EnvironmentStatus> = new Set(['PROVISIONING', 'TEARING_DOWN']);

/** Counts what is alive, what it costs, and for how long something has not been as it should. Changes nothing. */
export async function takeCensus(ports: CensusPorts): Promise<Census> {
  const { records, malformed } = await ports.listRecords();
  const now = ports.now();
  const alive = records.filter(({ status }) => status !== 'GONE');
  const hoursSince = (time: number) => Math.max(0, (now - time) / HOUR_MS);
  const census: Census = {
    alive: alive.length,
    usdPerHour: alive.reduce((sum, { usdPerHour = 0 }) => sum + usdPerHour, 0),
    hoursPastEnd: Math.max(0, ...alive.map((record) => hoursSince(endOf(record)))),
    hoursHeld: Math.max(
      0,
      ...alive.filter(({ status }) => HELD.has(status)).map(({ claimedAt }) => hoursSince(Date.parse(claimedAt))),
    ),
    unreadable: malformed,
  };
  ports.emit([
    { metric: 'EnvironmentsAlive', value: census.alive },
    { metric: 'UsdPerHour', value: census.usdPerHour },
    { metric: 'HoursPastEnd', value: census.hoursPastEnd },
    { metric: 'HoursHeld', value: census.hoursHeld },
    { metric: 'RecordsUnreadable', value: malformed.length },
  ]);
  // The metrics are what alarms watch; no page is worth an error of theirs.
  await ports.writeBoard().catch((error) => ports.warn(`the board is not written: ${describeError(error)}`));
  return census;
}
