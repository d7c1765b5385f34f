import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import type { EnvironmentRecord } from './record.ts';
import { costEnd } from './spending.ts';

/** Until when an environment lives, and what may end it. Pure: the record is the truth, schedules only follow it. */

/** Reminders before an end: each is a schedule of its own. */
export const MOST_REMINDERS = 3;

type Lease = Pick<EnvironmentRecord, 'expiresAt' | 'protection'>;
type Priced = Lease & Pick<EnvironmentRecord, 'createdAt' | 'usdPerHour' | 'spent' | 'maxCostUsd'>;

/** When its time is over, or its protection if that lasts longer: what schedules follow. In milliseconds. */
export function scheduledEnd({ expiresAt, protection }: Lease): number {
  return Math.max(Date.parse(expiresAt), protection ? Date.parse(protection.until) : 0);
}

/** When it may be torn down: when its time is over or it has cost what it may, but never while it is protected. */
export function endOf(record: Priced): number {
  return Math.max(lifeEnd(record), record.protection ? Date.parse(record.protection.until) : 0);
}

/** When its time is over, or it has cost what it may, whichever is first. */
export function lifeEnd(record: Omit<Priced, 'protection'>): number {
  return Math.min(Date.parse(record.expiresAt), costEnd(record) ?? Number.POSITIVE_INFINITY);
}

/** Why its life ends when it does, for people. */
export function whyItEnds(record: Omit<Priced, 'protection'>): string {
  const end = costEnd(record);
  if (end === undefined || end >= Date.parse(record.expiresAt)) return 'its time is over';
  return `it has reached its maximum cost of $${(record.maxCostUsd ?? 0).toFixed(2)}`;
}

export function isProtected({ protection }: Pick<EnvironmentRecord, 'protection'>, now: number): boolean {
  return protection !== undefined && Date.parse(protection.until) > now;
}

/**
 * The teardown that has taken away we know not what, and can be redriven at any time; undefined where there is none. It stays one
 * until a provision has applied, whoever fails meanwhile.
 */
export function halfGoneBy({
  status,
  teardownBegan,
  lastFailure,
}: Pick<EnvironmentRecord, 'status' | 'teardownBegan' | 'lastFailure'>): string | undefined {
  if (status === 'GONE') return undefined;
  if (teardownBegan !== undefined) return teardownBegan;
  // Of a record that was written before this was.
  return status === 'FAILED' && lastFailure?.machine === 'teardown' ? lastFailure.execution : undefined;
}

/** The last moment to which its life can be extended, in milliseconds. */
export function latestEnd({ createdAt }: Pick<EnvironmentRecord, 'createdAt'>, maxLifeHours: number): number {
  return Date.parse(createdAt) + maxLifeHours * HOUR_MS;
}

/** Who keeps the environment, until when, why, and how to change that. */
export function describeProtection({ environment, protection }: EnvironmentRecord): string {
  const { until = '', by = '', reason = '' } = protection ?? {};
  return `environment "${environment}" is protected until ${until} by ${by}, because "${reason}": wait, or lift it with npx runbook protect ${environment} --lift --reason '…'`;
}

/** Why an environment does not go yet although someone thinks that its time is over; undefined when it does. */
export function reasonNotExpired(record: EnvironmentRecord | null, now: number): string | undefined {
  // What exists in AWS counts more than a record that was lost.
  if (!record) return undefined;
  const { environment, status, protection } = record;
  if (status === 'GONE') return `environment "${environment}" is gone already`;
  if (isProtected(record, now)) return `environment "${environment}" is protected until ${protection?.until}`;
  const end = lifeEnd(record);
  if (end > now) return `environment "${environment}" lives until ${instantOf(end)}`;
  return undefined;
}

/** What an operator types. */
export function startCommand(machineArn: string, input: object): string {
  return `aws stepfunctions start-execution --state-machine-arn ${machineArn} --input '${JSON.stringify(input)}'`;
}
