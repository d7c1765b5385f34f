import { describeIssues, environmentName, expireInput } from '../contracts/contracts.ts';
import { endOf, isProtected, lifeEnd, reasonNotExpired, whyItEnds } from '../contracts/lease.ts';
import type { FindExpiredEvent, FindExpiredResult } from '../contracts/payloads/lease.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { InputError, isOurs } from '../runtime/errors.ts';
import { ALIVE } from './previous-owner.ts';
import { readableAgain, type UnreadablePorts } from './unreadable-record.ts';

export interface FindExpiredPorts extends UnreadablePorts {
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
  executionStatus(arn: string): Promise<string>;
  now(): number;
}

/**
 * Returns the expired environments. Those without a failed teardown since their end are first, and both groups are in
 * the order of their ends. The result also has the environments that stay although they have expired, and says why.
 */
export async function findExpired(
  { input, execution }: FindExpiredEvent,
  ports: FindExpiredPorts,
): Promise<FindExpiredResult> {
  const parsed = expireInput.safeParse(input);
  if (!parsed.success) throw new InputError(`input of expire: ${describeIssues(parsed.error)}`);
  const { at, retry } = parsed.data;
  const stamp = stampOf(at, execution.startTime);
  const { records, malformed } = await ports.listRecords();
  const result: FindExpiredResult = { expired: [], skipped: [], unreadable: [], living: 0 };
  const now = ports.now();
  for (const environment of malformed) {
    const outcome = environmentName.safeParse(environment).success
      ? await readableAgain(environment, { execution, now }, ports)
      : 'its name is none of an environment';
    if (typeof outcome !== 'string') records.push(outcome);
    else result.unreadable.push({ environment, why: `its record cannot be read: ${outcome}` });
  }
  const again: FindExpiredResult['expired'] = [];
  for (const record of records.toSorted((a, b) => lifeEnd(a) - lifeEnd(b))) {
    const { environment, run, status } = record;
    const end = lifeEnd(record);
    if (status === 'GONE') continue;
    if (end > now && !isProtected(record, now)) {
      result.living += 1;
      continue;
    }
    const why = reasonNotExpired(record, now) ?? (await whyHeld(record, ports)) ?? whyNotYet(record, retry, now);
    if (why) result.skipped.push({ environment, why });
    else {
      const name = `${run}-expired-${stamp}`;
      const list = hasFailed(record) ? again : result.expired;
      list.push({ environment, expiresAt: instantOf(end), name, reason: whyItEnds(record) });
    }
  }
  result.expired.push(...again);
  return result;
}

async function whyHeld(
  { owner, ownerMachine, claimedAt }: EnvironmentRecord,
  ports: FindExpiredPorts,
): Promise<string | undefined> {
  if (!owner || ownerMachine !== 'teardown') return undefined;
  try {
    return ALIVE.has(await ports.executionStatus(owner)) ? `it is held by ${owner} since ${claimedAt}` : undefined;
  } catch (error) {
    if (isOurs(error)) throw error;
    // The other environments do not wait. The claim of the teardown asks again, and refuses while the owner is alive.
    return undefined;
  }
}

function hasFailed(record: EnvironmentRecord): boolean {
  const { lastFailure } = record;
  return lastFailure?.machine === 'teardown' && Date.parse(lastFailure.at) >= endOf(record);
}

/**
 * Says why a failed teardown is not tried again yet: it is tried 1, 2, 4, 8 … hours after the end. Without `backoff`,
 * it is tried every time.
 */
function whyNotYet(record: EnvironmentRecord, retry: 'backoff' | undefined, now: number): string | undefined {
  if (retry !== 'backoff' || !hasFailed(record)) return undefined;
  const hours = Math.floor((now - endOf(record)) / HOUR_MS);
  if (hours > 0 && Number.isInteger(Math.log2(hours))) return undefined;
  const next = hours === 0 ? 1 : 2 ** Math.ceil(Math.log2(hours));
  return `its teardown failed at ${record.lastFailure?.at}, and is tried again ${next} h after its end`;
}

/**
 * Returns `20260131T03` for a scheduled time, so that two schedules in one hour start each teardown once. The function
 * returns `20260131T0312` for any other time.
 */
function stampOf(at: string | undefined, startTime: string): string {
  return new Date(at ?? startTime)
    .toISOString()
    .slice(0, at ? 13 : 16)
    .replaceAll(/[-:]/g, '');
}
