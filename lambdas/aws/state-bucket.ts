import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BucketPlace } from '../environment/require-own-backend.ts';
import { awsFailure, isNotFound } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';
import { listOf, textOf } from './responses.ts';

const s3 = new S3Client(clientConfig);
/** Asks again where S3 says that a bucket is. */
const anywhere = new S3Client({ ...clientConfig, followRegionRedirects: true });

const PUBLIC_ACCESS_BLOCKS = [
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
] as const;

export async function bucketExists(bucket: string, owner: string): Promise<boolean> {
  const head = s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: owner }));
  // Every response of S3 names the region, and HEAD has nothing else to tell it by.
  return exists(head.then(({ BucketRegion }) => textOf(BucketRegion, `the region of ${bucket}`)));
}

/** Where the bucket is; names of buckets are those of all accounts and regions. */
export async function bucketPlace(bucket: string, owner: string): Promise<BucketPlace> {
  try {
    const { BucketRegion } = await anywhere.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: owner }));
    return { kind: 'found', region: textOf(BucketRegion, `the region of ${bucket}`) };
  } catch (error) {
    if (isNotFound(error, 'NotFound', 'NoSuchBucket')) return { kind: 'none' };
    if (awsFailure(error) === 'denied') return { kind: 'denied' };
    throw error;
  }
}

export async function objectExists(bucket: string, key: string, owner: string): Promise<boolean> {
  const head = s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner }));
  return exists(head.then(({ ETag }) => textOf(ETag, `the ETag of ${key}`)));
}

/** `Enabled`, `Suspended`, or undefined when versioning was never on. */
export async function versioning(bucket: string): Promise<string | undefined> {
  return (await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status;
}

/** Algorithms of the default encryption; none when there is no such configuration. */
export async function encryption(bucket: string): Promise<string[]> {
  try {
    const response = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    return listOf(response.ServerSideEncryptionConfiguration?.Rules, response).flatMap(
      (rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? [],
    );
  } catch (error) {
    if (isNotFound(error, 'ServerSideEncryptionConfigurationNotFoundError')) return [];
    throw error;
  }
}

/** Names of the public access blocks that are off; all four when none was ever configured. */
export async function openToPublic(bucket: string): Promise<string[]> {
  try {
    const response = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    return PUBLIC_ACCESS_BLOCKS.filter((name) => response.PublicAccessBlockConfiguration?.[name] !== true);
  } catch (error) {
    if (isNotFound(error, 'NoSuchPublicAccessBlockConfiguration')) return [...PUBLIC_ACCESS_BLOCKS];
    throw error;
  }
}

/** A HEAD has no body, so "not found" comes as a bare 404. A 403 is no answer to the question and stays an error. */
async function exists(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isNotFound(error, 'NotFound', 'NoSuchBucket', 'NoSuchKey')) return false;
    throw error;
  }
}
