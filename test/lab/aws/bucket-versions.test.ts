import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import * as versions from '../../../lambdas/aws/bucket-versions.ts';
import { emptyBucket } from '../../../lambdas/removal/empty-bucket.ts';
import { aRequest } from '../../unit/lambdas/support/fixtures.ts';

const lab = useLab();
const request = aRequest();
const Bucket = request.names.stateBucket;
/** The number is more than one page and one batch. */
const OBJECTS = 340;
let s3: S3Client;

beforeAll(async () => {
  s3 = new S3Client(lab.context.client);
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (let start = 0; start < OBJECTS; start += 20) {
    const keys = Array.from({ length: Math.min(20, OBJECTS - start) }, (_, index) => `dir/key ${start + index}+ü`);
    await Promise.all(
      keys.map(async (Key) => {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'old' }));
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'new' }));
        await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      }),
    );
  }
});

async function remaining(): Promise<number> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  return Versions.length + DeleteMarkers.length;
}
const empty = () => emptyBucket(request, 'order-platform', () => 900_000, { ...versions, confirm: async () => {} });

describe('a state bucket', () => {
  test('is listed page after page, each version once', async () => {
    const seen: string[] = [];
    for (let at: Partial<ListObjectVersionsCommandInput> | undefined = {}; at; ) {
      const page: ListObjectVersionsCommandOutput = await s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 300, ...at }),
      );
      const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page;
      seen.push(...[...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => `${Key} ${VersionId}`));
      at = NextKeyMarker ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker } : undefined;
    }
    expect([seen.length, new Set(seen).size]).toEqual([OBJECTS * 3, OBJECTS * 3]);
  });

  test('without tags is not touched', async () => {
    await expect(empty()).rejects.toMatchObject({ name: 'SafetyError' });
    expect(await remaining()).toBe(1_000);
  });

  test('may have lost a version to the first attempt of a call that is repeated', async () => {
    const [first] = await versions.firstVersions(Bucket);
    if (!first) throw new Error('the bucket is empty');
    const again = { key: first.key, versionId: '4cb92fd4-1c0d-4c27-a1d6-2b1ecf2a1b1a' };
    await expect(versions.deleteVersions(Bucket, [again])).resolves.toBeUndefined();
  });

  test('loses all its versions and delete markers', async () => {
    const TagSet = [
      { Key: 'environment', Value: 'dev' },
      { Key: 'project', Value: 'order-platform' },
    ];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect(await empty()).toEqual({ deleted: OBJECTS * 3 });
    expect(await remaining()).toBe(0);
    expect(await empty()).toEqual({ deleted: 0 });
  });

  test('that does not exist is empty', async () => {
    const names = { ...request.names, stateBucket: 'no-such-bucket-anywhere' };
    expect(
      await emptyBucket({ ...request, names }, 'order-platform', () => 900_000, {
        ...versions,
        confirm: async () => {},
      }),
    ).toEqual({ deleted: 0 });
  });
});
