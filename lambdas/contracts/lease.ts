import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { UNCHANGED_ERRORS, VALIDATION_FAILED } from './execution-errors.ts';
import type { EnvironmentRecord, LastValidation } from './record.ts';
import { costEnd } from './spending.ts';

/**
 * This module says when an environment ends, and what may end it. It is pure: the record is the truth, and schedules
 * only follow it.
 */

/** An environment has at most this number of reminders before its end, each with a schedule of its own. */
export const MOST_REMINDERS = 3;

type Lease = Pick<EnvironmentRecord, 'expiresAt' | 'protection'>;
type Priced = Lease & Pick<EnvironmentRecord, 'createdAt' | 'usdPerHour' | 'spent' | 'maxCostUsd'>;

/**
 * Returns the end of the environment's time, or of its protection if that lasts longer. Schedules follow this time.
 * @returns milliseconds since the epoch
 */
export function scheduledEnd({ expiresAt, protection }: Lease): number {
  return Math.max(Date.parse(expiresAt), protection ? Date.parse(protection.until) : 0);
}

/**
 * Returns when the environment may be torn down: when it has expired or has reached its maximum cost, but never while
 * it is protected.
 */
export function endOf(record: Priced): number {
  return Math.max(lifeEnd(record), record.protection ? Date.parse(record.protection.until) : 0);
}

/** Returns when the environment's time is over or its maximum cost is reached, whichever is first. */
export function lifeEnd(record: Omit<Priced, 'protection'>): number {
  return Math.min(Date.parse(record.expiresAt), costEnd(record) ?? Number.POSITIVE_INFINITY);
}

/** Says for people why the environment's life ends when it does. */
export function whyItEnds(record: Omit<Priced, 'protection'>): string {
  const end = costEnd(record);
  if (end === undefined || end >= Date.parse(record.expiresAt)) return 'its time is over';
  return `it has reached its maximum cost of $${(record.maxCostUsd ?? 0).toFixed(2)}`;
}

export function isProtected({ protection }: Pick<EnvironmentRecord, 'protection'>, now: number): boolean {
  return protection !== undefined && Date.parse(protection.until) > now;
}

/**
 * Returns the teardown that may have removed some resources and can be redriven at any time, or undefined where there
 * is none. The teardown stays until a provision has applied, whatever fails in between.
 */
export function halfGoneBy({
  status,
  teardownBegan,
  lastFailure,
}: Pick<EnvironmentRecord, 'status' | 'teardownBegan' | 'lastFailure'>): string | undefined {
  if (status === 'GONE') return undefined;
  if (teardownBegan !== undefined) return teardownBegan;
  // The record may have been written before `teardownBegan` existed.
  return status === 'FAILED' && lastFailure?.machine === 'teardown' ? lastFailure.execution : undefined;
}

/**
 * Says why nobody knows what the environment consists of: a provision or a teardown has begun, and has not ended well.
 * The record's targets are of an earlier apply then. Returns undefined where nothing of the kind is under way.
 */
export function whyUnsettled(record: Unsettled | null): string | undefined {
  if (!record) return undefined;
  const teardown = halfGoneBy(record);
  if (teardown) return `its teardown began in ${teardown}, and may have removed some of its resources`;
  const provision = record.provisionBegan ?? olderProvision(record);
  if (record.status === 'GONE' || !provision) return undefined;
  return `${provision} has not applied its configuration to the end, and the checks know only the targets of an earlier apply`;
}

type Unsettled = Pick<
  EnvironmentRecord,
  'status' | 'owner' | 'ownerMachine' | 'teardownBegan' | 'provisionBegan' | 'applied' | 'lastFailure'
>;

/**
 * Returns the provision that claimed the record before `provisionBegan` and `applied` existed, unless it applied: the
 * environment is live then, or its checks have failed.
 */
function olderProvision({ status, owner, ownerMachine, applied, lastFailure }: Unsettled): string | undefined {
  if (applied !== undefined || ownerMachine !== 'provision') return undefined;
  if (status === 'PROVISIONING') return owner;
  const ofOwner = lastFailure !== undefined && lastFailure.execution === owner;
  return status === 'FAILED' && ofOwner && lastFailure.error !== VALIDATION_FAILED ? owner : undefined;
}

/**
 * Reports whether a validation passed before something changed what it looked at: a provision or a teardown has begun, an
 * apply has ended, or a deployment has failed since, unless that changed nothing.
 */
export function isOutdated(record: EnvironmentRecord, validation: LastValidation | undefined): boolean {
  if (validation?.verdict !== 'PASSED') return false;
  const { applied, lastFailure: failure } = record;
  if (whyUnsettled(record) !== undefined || validation.applied !== applied) return true;
  const isDeployment = failure?.machine === 'deploy' && !UNCHANGED_ERRORS.has(failure.error ?? '');
  return isDeployment && Date.parse(failure.at) >= Date.parse(validation.at);
}

/**
 * Returns the last moment to which the environment's life can be extended.
 * @returns milliseconds since the epoch
 */
export function latestEnd({ createdAt }: Pick<EnvironmentRecord, 'createdAt'>, maxLifeHours: number): number {
  return Date.parse(createdAt) + maxLifeHours * HOUR_MS;
}

/** Says who protects the environment, until when and why, and how to change that. */
export function describeProtection({ environment, protection }: EnvironmentRecord): string {
  const { until = '', by = '', reason = '' } = protection ?? {};
  return `environment "${environment}" is protected until ${until} by ${by}, because "${reason}": wait, or lift it with npx runbook protect ${environment} --lift --reason '…'`;
}

/**
 * Says why an environment is not torn down yet although a teardown was asked for because it has expired. The function
 * returns undefined when the teardown may begin.
 */
export function reasonNotExpired(record: EnvironmentRecord | null, now: number): string | undefined {
  // The resources in AWS count more than a lost record.
  if (!record) return undefined;
  const { environment, status, protection } = record;
  if (status === 'GONE') return `environment "${environment}" is gone already`;
  if (isProtected(record, now)) return `environment "${environment}" is protected until ${protection?.until}`;
  const end = lifeEnd(record);
  if (end > now) return `environment "${environment}" lives until ${instantOf(end)}`;
  return undefined;
}

/** Returns the command that an operator types. */
export function startCommand(machineArn: string, input: object): string {
  return `aws stepfunctions start-execution --state-machine-arn ${machineArn} --input '${JSON.stringify(input)}'`;
}
