import { HOUR_MS } from '../runtime/clock.ts';
import type { EnvironmentRecord } from './record.ts';

/** Until when an environment lives, and what may end it. Pure: the record is the truth, schedules only follow it. */

type Lease = Pick<EnvironmentRecord, 'expiresAt' | 'protection'>;

/** When it is torn down: when its time is over, or its protection if that lasts longer. In milliseconds. */
export function endOf({ expiresAt, protection }: Lease): number {
  return Math.max(Date.parse(expiresAt), protection ? Date.parse(protection.until) : 0);
}

export function isProtected({ protection }: Pick<EnvironmentRecord, 'protection'>, now: number): boolean {
  return protection !== undefined && Date.parse(protection.until) > now;
}

/** A teardown that failed has taken away we know not what, and can be redriven at any time. */
export function isHalfGone({ status, lastFailure }: Pick<EnvironmentRecord, 'status' | 'lastFailure'>): boolean {
  return status === 'FAILED' && lastFailure?.machine === 'teardown';
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
  const { environment, status, expiresAt, protection } = record;
  if (status === 'GONE') return `environment "${environment}" is gone already`;
  if (isProtected(record, now)) return `environment "${environment}" is protected until ${protection?.until}`;
  if (Date.parse(expiresAt) > now) return `environment "${environment}" lives until ${expiresAt}`;
  return undefined;
}

/** What an operator types. */
export function startCommand(machineArn: string, input: object): string {
  return `aws stepfunctions start-execution --state-machine-arn ${machineArn} --input '${JSON.stringify(input)}'`;
}
