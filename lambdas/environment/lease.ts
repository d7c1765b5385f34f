import { endOf, halfGoneBy, isProtected, latestEnd } from '../contracts/lease.ts';
import type { LeaseRequest, LeaseResult } from '../contracts/payloads/lease.ts';
import { type EnvironmentRecord, type LeaseChange, MAX_LEASE_CHANGES } from '../contracts/record.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { InputError, NotReadyError } from '../runtime/errors.ts';

export interface LeasePorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Changes the record unless anything has happened to it since `previous` was read.
   * @returns whether it did
   */
  updateLease(previous: EnvironmentRecord, changes: LeaseChanges): Promise<boolean>;
  now(): number;
}

export type LeaseChanges = Partial<
  Pick<EnvironmentRecord, 'expiresAt' | 'protection' | 'leaseChanges' | 'leaseRevision' | 'maxCostUsd'>
>;

export interface LeaseLimits {
  maxLifeHours: number;
  maxProtectDays: number;
}

const DAY_MS = 24 * HOUR_MS;
/** Each time another execution was faster, its changes to the record are read. */
const MAX_ROUNDS = 5;

/**
 * Moves the end of an environment, or protects it, on the record. The same execution may ask again, and gets the same
 * answer.
 * @throws {InputError} when there is nothing to keep, and past the limits, naming them
 */
export async function changeLease(request: LeaseRequest, limits: LeaseLimits, ports: LeasePorts): Promise<LeaseResult> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = requireLife(request.environment, await ports.loadRecord(request.environment));
    const now = ports.now();
    const earlier = record.leaseChanges ?? [];
    if (earlier.some(({ execution }) => execution === request.execution.id)) return resultOf(record, now);
    const [changes, audit] =
      request.machine === 'extend' ? extension(request, record, limits, now) : protection(request, record, limits, now);
    const next: LeaseChanges = {
      ...changes,
      leaseChanges: [...earlier, audit].slice(-MAX_LEASE_CHANGES),
      leaseRevision: (record.leaseRevision ?? 0) + 1,
    };
    if (await ports.updateLease(record, next)) return resultOf({ ...record, ...next } as EnvironmentRecord, now);
  }
  throw new NotReadyError(`environment "${request.environment}" changes too often, try again`);
}

function requireLife(environment: string, record: EnvironmentRecord | null): EnvironmentRecord {
  if (!record || record.status === 'GONE') {
    throw new InputError(
      `environment "${environment}" does not exist: provision it first (npx runbook provision ${environment})`,
    );
  }
  const teardown = halfGoneBy(record);
  if (record.status === 'TEARING_DOWN' || teardown) {
    throw new InputError(
      `environment "${environment}" is ${record.status}, its teardown began in ${teardown ?? record.owner}: it cannot be kept any more, only provisioned again`,
    );
  }
  return record;
}

type Change = [LeaseChanges, LeaseChange];

function extension(
  { environment, hours = 0, maxCostUsd, ...request }: LeaseRequest,
  record: EnvironmentRecord,
  { maxLifeHours }: LeaseLimits,
  now: number,
): Change {
  const from = Math.max(Date.parse(record.expiresAt), now);
  const to = from + hours * HOUR_MS;
  const last = latestEnd(record, maxLifeHours);
  if (to > last) {
    const most = Math.floor((last - from) / HOUR_MS);
    const fix = most > 0 ? `extend it by ${most} hours at most` : 'protect it, or tear it down and provision it again';
    throw new InputError(
      `hours ${hours}: environment "${environment}" was created at ${record.createdAt} and may live ${maxLifeHours} hours (MAX_LIFE_HOURS), until ${instantOf(last)} at the latest: ${fix}`,
    );
  }
  const expiresAt = instantOf(to);
  const limit = maxCostUsd === undefined ? {} : { maxCostUsd };
  return [{ expiresAt, ...limit }, auditOf('extend', request, now, record.expiresAt, expiresAt)];
}

function protection(
  request: LeaseRequest,
  record: EnvironmentRecord,
  { maxProtectDays }: LeaseLimits,
  now: number,
): Change {
  const at = instantOf(now);
  const until = untilOf(request.until ?? null, now, maxProtectDays);
  const by = request.execution.id;
  const before = isProtected(record, now) ? record.protection?.until : undefined;
  const audit = auditOf('protect', request, now, before, until);
  return [{ protection: { until, by, at, reason: request.reason ?? '' } }, audit];
}

/** A protection is lifted by letting it end now, so that the record still says who lifted it. */
function untilOf(until: string | null, now: number, maxProtectDays: number): string {
  if (until === null) return instantOf(now);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(until);
  const time = Date.parse(until) + (day ? DAY_MS : 0);
  if (time <= now) {
    throw new InputError(
      `until "${until}": is over already: give a later time, or null (--lift) to lift the protection`,
    );
  }
  const last = now + maxProtectDays * DAY_MS;
  if (time > last) {
    throw new InputError(
      `until "${until}": an environment may be protected for ${maxProtectDays} days at a time (MAX_PROTECT_DAYS), now until ${instantOf(last)} at the latest`,
    );
  }
  return instantOf(time);
}

function auditOf(
  change: LeaseChange['change'],
  { execution, reason = '' }: Pick<LeaseRequest, 'execution'> & { reason?: string | undefined },
  now: number,
  from: string | undefined,
  to: string,
): LeaseChange {
  return { change, execution: execution.id, at: instantOf(now), ...(from ? { from } : {}), to, reason };
}

function resultOf(record: EnvironmentRecord, now: number): LeaseResult {
  const until = isProtected(record, now) ? record.protection?.until : undefined;
  const endsAt = instantOf(endOf(record));
  return { expiresAt: record.expiresAt, ...(until ? { protectedUntil: until } : {}), endsAt };
}
