import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { HOUR_MS, instantOf } from '../runtime/clock.ts';

export interface UnreadablePorts {
  project: string;
  /** Longest protection at a time. */
  protectDays: number;
  /** What lies there, as it is; undefined when it is gone meanwhile. */
  loadRaw(environment: string): Promise<Record<string, unknown> | undefined>;
  /** Of the environment's state bucket; undefined when there is none. */
  backendTags(environment: string): Promise<Record<string, string> | undefined>;
  /** Keeps the item elsewhere and removes it, unless anyone has claimed the environment since. @returns whether it did */
  setAside(environment: string, item: Record<string, unknown>): Promise<boolean>;
}

/**
 * Why an environment stays whose record cannot be read; undefined when nothing can want it any more. Then the record is set
 * aside, since a teardown needs none. What the environment's state bucket says of its end, and the longest protection after that, is the bound.
 */
export async function whyUnreadableStays(
  environment: string,
  now: number,
  ports: UnreadablePorts,
): Promise<string | undefined> {
  const item = await ports.loadRaw(environment);
  if (!item) return 'it has changed meanwhile';
  if (item.status === 'GONE') return 'it says that the environment is gone';
  const protectedUntil = timeOf((item.protection as { until?: unknown } | undefined)?.until);
  if (protectedUntil > now) return `it says that the environment is protected until ${instantOf(protectedUntil)}`;
  const tags = await tagsOf(environment, ports);
  if (typeof tags === 'string') return tags;
  if (!tags) return 'the environment has no state bucket that tells its end';
  if (tags.project !== ports.project || tags.environment !== environment) {
    return 'the state bucket of that name does not carry the tags of the environment';
  }
  const end = timeOf(tags['expires-at']);
  if (end === 0) return 'its state bucket has no tag expires-at';
  const bound = Math.max(end, timeOf(item.expiresAt)) + ports.protectDays * 24 * HOUR_MS;
  if (bound > now) return `mend it, or the environment is torn down after ${instantOf(bound)}`;
  return (await ports.setAside(environment, item)) ? undefined : 'it has changed meanwhile';
}

/** @returns why they could not be read, as text: a bucket of that name may be anybody's, and is no reason to look at nothing else */
async function tagsOf(environment: string, ports: UnreadablePorts) {
  try {
    return await ports.backendTags(environment);
  } catch (error) {
    if (awsFailure(error) === 'transient' || awsFailure(error) === undefined) throw error;
    return `the tags of its state bucket could not be read: ${describeError(error)}`;
  }
}

/** 0 for what is no time. */
function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) || 0 : 0;
}
