import {
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../operations/empty-bucket.ts';
import { isNotFound } from '../shared/aws-errors.ts';
import { DependencyError } from '../shared/errors.ts';
import { MalformedAnswer } from '../shared/malformed-answer.ts';
import { clientConfig } from './client-config.ts';
import { pages } from './sweep/support.ts';

const s3 = new S3Client(clientConfig);

export async function bucketTags(bucket: string, owner: string): Promise<Record<string, string> | undefined> {
  try {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket: bucket, ExpectedBucketOwner: owner }));
    return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value]));
  } catch (error) {
    if (isNotFound(error, 'NoSuchBucket')) return undefined;
    if (isNotFound(error, 'NoSuchTagSet')) return {};
    throw error;
  }
}

/** Keys of the objects that are there now, however many. */
export async function liveKeys(bucket: string): Promise<string[]> {
  const keys: string[] = [];
  const all = pages(
    (ContinuationToken) => s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken })),
    (page) => page.NextContinuationToken,
  );
  for await (const { Contents = [] } of all) keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
  return keys;
}

/** The first 1,000 object versions and delete markers. */
export async function firstVersions(bucket: string): Promise<ObjectVersion[]> {
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => {
    if (Key === undefined || VersionId === undefined) throw new MalformedAnswer('S3 lists a version without an id');
    return { key: Key, versionId: VersionId };
  });
  if (found.length === 0 && page.IsTruncated) {
    throw new MalformedAnswer(`S3 lists nothing of ${bucket}, and says that there is more`);
  }
  return found;
}

export async function deleteVersions(bucket: string, page: ObjectVersion[]): Promise<void> {
  const { Errors = [] } = await s3.send(
    new DeleteObjectsCommand({
      Bucket: bucket,
      Delete: { Quiet: true, Objects: page.map(({ key, versionId }) => ({ Key: key, VersionId: versionId })) },
    }),
  );
  const [first] = Errors;
  if (!first) return;
  throw new DependencyError(
    `S3 did not delete ${Errors.length} of ${page.length} versions: ${first.Key}: ${first.Code} ${first.Message ?? ''}`,
  );
}
