import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { isNotFound } from '../runtime/aws-errors.ts';
import { clientConfig } from './client-config.ts';
import { listOf, textOf } from './responses.ts';

const s3 = new S3Client(clientConfig);

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
