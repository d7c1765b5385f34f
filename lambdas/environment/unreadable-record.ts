import { commitSha } from '../contracts/contracts.ts';
import { runKeys } from '../contracts/naming.ts';
import { type EnvironmentRecord, environmentRecord } from '../contracts/record.ts';
import type { ExecutionRef } from '../contracts/request.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';
import { isOurs } from '../runtime/errors.ts';
import { newRun } from './runs.ts';

export interface UnreadablePorts {
  project: string;
  /** A protection has at most this number of days. */
  protectDays: number;
  /** Returns the item as it is, or undefined when it does not exist any more. */
  loadRaw(environment: string): Promise<Record<string, unknown> | undefined>;
  /** Returns the tags of the environment's state bucket, or undefined when there is none. */
  backendTags(environment: string): Promise<Record<string, string> | undefined>;
  backendNames(environment: string): Promise<Pick<EnvironmentRecord, 'stateBucket' | 'lockTable'>>;
  /**
   * Keeps a copy of the item elsewhere and replaces it by the record, unless anyone has claimed the environment since.
   * @returns whether it did
   */
  replaceRaw(item: Record<string, unknown>, next: EnvironmentRecord): Promise<boolean>;
}

/**
 * Repairs a record that cannot be read, once nobody can need the environment any more: after the end in the tags of its
 * state bucket, and the longest protection after that. The record stays in the table until a teardown has claimed it,
 * so that the next reader finds it too.
 * @returns the record, or why the environment stays
 */
export async function readableAgain(
  environment: string,
  { execution, now }: { execution: ExecutionRef; now: number },
  ports: UnreadablePorts,
): Promise<EnvironmentRecord | string> {
  try {
    const item = await ports.loadRaw(environment);
    const end = await endOf(environment, item, now, ports);
    if (!item || typeof end === 'string') return end as string;
    const next = recordOf(environment, item, { end, now, execution, ...(await ports.backendNames(environment)) });
    return (await ports.replaceRaw(item, next)) ? next : CHANGED;
  } catch (error) {
    if (isOurs(error)) throw error;
    // The record is read again within the hour, and the other environments do not wait.
    return `it could not be checked: ${describeError(error)}`;
  }
}

const CHANGED = 'it has changed meanwhile';

/** @returns the end of the environment's time, in milliseconds, or why the environment stays */
async function endOf(
  environment: string,
  item: Record<string, unknown> | undefined,
  now: number,
  ports: UnreadablePorts,
): Promise<number | string> {
  if (!item) return CHANGED;
  if (item.status === 'GONE') return 'it says that the environment is gone';
  const protectedUntil = timeOf((item.protection as { until?: unknown } | undefined)?.until);
  if (protectedUntil > now) return `it says that the environment is protected until ${instantOf(protectedUntil)}`;
  const tags = await ports.backendTags(environment);
  if (!tags) return 'the environment has no state bucket that tells its end';
  if (tags.project !== ports.project || tags.environment !== environment) {
    return 'the state bucket of that name does not carry the tags of the environment';
  }
  const tagged = timeOf(tags['expires-at']);
  if (tagged === 0) return 'its state bucket has no tag expires-at';
  const end = Math.max(tagged, timeOf(item.expiresAt));
  const bound = end + ports.protectDays * 24 * HOUR_MS;
  return bound > now ? `mend it, or the environment is torn down after ${instantOf(bound)}` : end;
}

interface Known extends Pick<EnvironmentRecord, 'stateBucket' | 'lockTable'> {
  end: number;
  now: number;
  execution: ExecutionRef;
}

/**
 * Returns a record with everything that can be read of the item, such as its owner and the lineage of its state, and
 * with what a teardown needs.
 */
function recordOf(
  environment: string,
  item: Record<string, unknown>,
  { end, now, execution, stateBucket, lockTable }: Known,
): EnvironmentRecord {
  const legible = Object.entries(environmentRecord.partial().shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(item[key]);
    return parsed.success && parsed.data !== undefined ? [[key, parsed.data]] : [];
  });
  // The entries are of functions that ended long ago.
  const { work: _, ...kept } = Object.fromEntries(legible) as Partial<EnvironmentRecord>;
  const run = kept.run ?? newRun(environment, execution);
  const expiresAt = instantOf(end);
  return environmentRecord.parse({
    ...{ status: 'FAILED', fencing: 0, claimedAt: instantOf(now), createdAt: expiresAt, commit: UNKNOWN_COMMIT },
    ...{ bundleKey: runKeys(environment, run).bundle },
    ...kept,
    ...(kept.bundleKey ? {} : { bundleSha256: 'unknown' }),
    ...{ environment, run, expiresAt, stateBucket, lockTable },
  });
}

const UNKNOWN_COMMIT = commitSha.parse('0000000');

/** Returns 0 for a value that is no time. */
function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) || 0 : 0;
}
