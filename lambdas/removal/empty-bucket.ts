import type { EmptyBucketResult } from '../contracts/payloads/removal.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { NotReadyError, SafetyError } from '../runtime/errors.ts';

export interface ObjectVersion {
  key: string;
  versionId: string;
}

export interface VersionsPort {
  /** Returns undefined when the bucket does not exist. */
  bucketTags(bucket: string, owner: string): Promise<Record<string, string> | undefined>;
  /** Returns the keys of all objects that exist now, without older versions. */
  liveKeys(bucket: string): Promise<string[]>;
  /** Returns the first 1,000 object versions and delete markers. The list is empty when the bucket is. */
  firstVersions(bucket: string): Promise<ObjectVersion[]>;
  /** @throws {DependencyError} naming the first version that S3 refused to delete */
  deleteVersions(bucket: string, versions: ObjectVersion[]): Promise<void>;
  /** @throws when the execution does not own the environment any more */
  confirm(): Promise<void>;
}

/** A page takes far less. Another invocation deletes the rest. */
const RESERVE_MS = 30_000;
const NAMED = 5;

/**
 * Removes every version and every delete marker from the state bucket.
 * @throws {SafetyError} when the bucket does not have the tags of this environment, or contains anything besides the
 * stack's own state
 * @throws {NotReadyError} when the invocation's time is nearly over, to be called again
 */
export async function emptyBucket(
  { names, environment, accountId }: Pick<PreflightRequest, 'names' | 'environment' | 'accountId'>,
  project: string,
  remainingMs: () => number,
  s3: VersionsPort,
): Promise<EmptyBucketResult> {
  const bucket = names.stateBucket;
  const tags = await s3.bucketTags(bucket, accountId);
  if (!tags) return { deleted: 0 };
  // A bootstrap that was killed may have left the bucket without tags. It contains nothing then.
  if (Object.keys(tags).length === 0 && (await s3.firstVersions(bucket)).length === 0) return { deleted: 0 };
  requireTag(bucket, tags, 'environment', environment);
  requireTag(bucket, tags, 'project', project);
  // Builds write only the state and its lock to the bucket. Somebody else's state may have any name.
  const own = new Set(['', '.tflock', '.backup'].map((end) => `${names.stateKey}${end}`));
  const begun = new Set<string>();
  const requireOwn = async () => {
    const others = (await s3.liveKeys(bucket)).filter((key) => !own.has(key) && !begun.has(key));
    if (others.length === 0) return;
    throw new SafetyError(
      `bucket ${bucket} also holds ${others.slice(0, NAMED).join(', ')}${others.length > NAMED ? ', …' : ''}: it is not emptied while it holds what no build of this project has put there`,
    );
  };
  await requireOwn();
  // An object that somebody puts there meanwhile is in the next page, so each page is listed before the keys.
  const confirm = async () => {
    await requireOwn();
    await s3.confirm();
  };
  // An object that somebody had deleted is there again once its delete marker is gone and an older version is not yet.
  const deleteVersions: VersionsPort['deleteVersions'] = async (of, page) => {
    for (const { key } of page) begun.add(key);
    await s3.deleteVersions(of, page);
  };
  return { deleted: await deleteAllVersions(bucket, remainingMs, { ...s3, confirm, deleteVersions }) };
}

/**
 * Deletes all versions, page by page.
 * @returns how many were deleted
 * @throws {NotReadyError} when the time is nearly over
 */
export async function deleteAllVersions(
  bucket: string,
  remainingMs: () => number,
  s3: Pick<VersionsPort, 'firstVersions' | 'deleteVersions' | 'confirm'>,
): Promise<number> {
  let deleted = 0;
  // Each page is read from the start, since a marker that points to a deleted version is no place to continue from.
  for (let page = await s3.firstVersions(bucket); page.length > 0; page = await s3.firstVersions(bucket)) {
    if (remainingMs() < RESERVE_MS) {
      throw new NotReadyError(`${deleted} versions deleted from ${bucket}, more remain`);
    }
    await s3.confirm();
    await s3.deleteVersions(bucket, page);
    deleted += page.length;
  }
  return deleted;
}

function requireTag(bucket: string, tags: Record<string, string>, key: string, value: string): void {
  if (tags[key] === value) return;
  throw new SafetyError(
    `bucket ${bucket} has the tag ${key}=${tags[key] ?? '(none)'}, not ${key}=${value}: it is not emptied`,
  );
}
