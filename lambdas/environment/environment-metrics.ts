import { endOf } from '../contracts/lease.ts';
import type { EnvironmentRecord, EnvironmentStatus } from '../contracts/record.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { HOUR_MS } from '../runtime/clock.ts';
import type { Measurement } from '../runtime/metrics.ts';
import { type CostWarningPorts, warnOfCost } from './cost-warning.ts';

export interface EnvironmentMetricsPorts extends CostWarningPorts {
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
  emit(measurements: readonly Measurement[]): void;
  /** Starts the function, and does not wait. */
  writeBoard(): Promise<void>;
  warn(message: string): void;
  now(): number;
}

export interface EnvironmentMetrics {
  alive: number;
  usdPerHour: number;
  hoursPastEnd: number;
  hoursHeld: number;
  unreadable: string[];
}

/** An execution works, or should work, on an environment of these statuses. */
const HELD: ReadonlySet<EnvironmentStatus> = new Set(['PROVISIONING', 'TEARING_DOWN']);

/**
 * Emits metrics about the live environments, their cost, and how long one has been past its end or held. Warns of
 * costs.
 */
export async function collectEnvironmentMetrics(ports: EnvironmentMetricsPorts): Promise<EnvironmentMetrics> {
  const { records, malformed } = await ports.listRecords();
  const now = ports.now();
  const alive = records.filter(({ status }) => status !== 'GONE');
  const hoursSince = (time: number) => Math.max(0, (now - time) / HOUR_MS);
  const metrics: EnvironmentMetrics = {
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
    { metric: 'EnvironmentsAlive', value: metrics.alive },
    { metric: 'UsdPerHour', value: metrics.usdPerHour },
    { metric: 'HoursPastEnd', value: metrics.hoursPastEnd },
    { metric: 'HoursHeld', value: metrics.hoursHeld },
    { metric: 'RecordsUnreadable', value: malformed.length },
  ]);
  // The warnings come after the counts, which do not depend on a message.
  for (const record of alive) await warnOfCost(record, now, ports);
  // Alarms depend on the metrics, so an error of the page must not fail this function.
  await ports.writeBoard().catch((error) => ports.warn(`the board is not written: ${describeError(error)}`));
  return metrics;
}
