import {
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../removal/empty-bucket.ts';
import { isNotFound } from '../runtime/aws-errors.ts';
import { DependencyError } from '../runtime/errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { clientConfig } from './client-config.ts';
import { contentsOf, errorsOf, versionsOf } from './omitted-lists.ts';
import { eachItem, nextOf } from './pages.ts';
import { listOf, tagsOf, textOf } from './responses.ts';

const s3 = new S3Client(clientConfig);

/** Returns undefined when the bucket does not exist. */
export async function bucketTags(
  bucket: string,
  owner: string,
  client = s3,
): Promise<Record<string, string> | undefined> {
  try {
    const response = await client.send(new GetBucketTaggingCommand({ Bucket: bucket, ExpectedBucketOwner: owner }));
    const tags = tagsOf(response.TagSet, response);
    // S3 returns an error for a bucket without tags:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html
    if (Object.keys(tags).length === 0)
      throw new UnexpectedResponseError(`S3 gives an empty list of the tags of ${bucket}`);
    return tags;
  } catch (error) {
    if (isNotFound(error, 'NoSuchBucket')) return undefined;
    if (isNotFound(error, 'NoSuchTagSet')) return {};
    throw error;
  }
}

/** Returns the keys of all current objects, whatever their number. */
export async function liveKeys(bucket: string): Promise<string[]> {
  const keys: string[] = [];
  const all = eachItem(
    (ContinuationToken) => s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken })),
    contentsOf,
    (page) => nextOf(page.IsTruncated, page.NextContinuationToken),
  );
  for await (const { Key } of all) keys.push(textOf(Key, `the key of an object of ${bucket}`));
  return keys;
}

/** Returns the first 1,000 object versions and delete markers. */
export async function firstVersions(bucket: string): Promise<ObjectVersion[]> {
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  const found = listOf(versionsOf(page), page).map(({ Key, VersionId }) => ({
    key: textOf(Key, `the key of a version of ${bucket}`),
    versionId: textOf(VersionId, `the id of a version of ${Key}`),
  }));
  if (found.length === 0 && page.IsTruncated) {
    throw new UnexpectedResponseError(`S3 lists nothing of ${bucket}, and says that there is more`);
  }
  return found;
}

export async function deleteVersions(bucket: string, page: ObjectVersion[]): Promise<void> {
  const response = await s3.send(
    new DeleteObjectsCommand({
      Bucket: bucket,
      Delete: { Quiet: true, Objects: page.map(({ key, versionId }) => ({ Key: key, VersionId: versionId })) },
    }),
  );
  // A call that is repeated finds versions that its first attempt deleted. Whether any is left, the next list says.
  const failures = errorsOf(response).filter(({ Code }) => Code !== 'NoSuchVersion');
  const [first] = failures;
  if (!first) return;
  throw new DependencyError(
    `S3 did not delete ${failures.length} of ${page.length} versions: ${first.Key}: ${first.Code} ${first.Message ?? ''}`,
  );
}
