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
/** This client repeats a request in the region that S3 names. */
const anywhere = new S3Client({ ...clientConfig, followRegionRedirects: true });

const PUBLIC_ACCESS_BLOCKS = [
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
] as const;

export async function bucketExists(bucket: string, owner: string): Promise<boolean> {
  const head = s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: owner }));
  // Every response of S3 names the region. It is the only part of a HEAD response that shows that S3 answered.
  return exists(head.then(({ BucketRegion }) => textOf(BucketRegion, `the region of ${bucket}`)));
}

/** Returns the region of a bucket. Bucket names are shared by all accounts and regions. */
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

/** Returns `Enabled`, `Suspended`, or undefined when versioning was never enabled. */
export async function versioning(bucket: string): Promise<string | undefined> {
  return (await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status;
}

/** Returns the algorithms of the default encryption. The list is empty when there is no such configuration. */
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

/** Returns the names of the public access blocks that are off. All four are off when none was ever configured. */
export async function openToPublic(bucket: string): Promise<string[]> {
  try {
    const response = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    return PUBLIC_ACCESS_BLOCKS.filter((name) => response.PublicAccessBlockConfiguration?.[name] !== true);
  } catch (error) {
    if (isNotFound(error, 'NoSuchPublicAccessBlockConfiguration')) return [...PUBLIC_ACCESS_BLOCKS];
    throw error;
  }
}

/**
 * Reports whether the call finds something. A HEAD response has no body, so "not found" is a bare 404. A 403 does not
 * answer the question, and is thrown.
 */
async function exists(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isNotFound(error, 'NotFound', 'NoSuchBucket', 'NoSuchKey')) return false;
    throw error;
  }
}
