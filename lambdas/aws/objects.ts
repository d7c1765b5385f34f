import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { describeError, isNotFound } from '../runtime/aws-errors.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import { clientConfig } from './client-config.ts';
import { contentsOf } from './omitted-lists.ts';
import { allItems, nextOf } from './pages.ts';
import { textOf } from './responses.ts';

const s3 = new S3Client(clientConfig);

/**
 * Reads an object. A denied request does not prove that the object is absent: the function throws every error except a
 * missing object or bucket.
 */
export async function readText(bucket: string, key: string): Promise<StoredText> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { kind: 'found', text: (await Body?.transformToString()) ?? '' };
  } catch (error) {
    if (isNotFound(error, 'NoSuchKey')) return { kind: 'no-object' };
    if (isNotFound(error, 'NoSuchBucket')) return { kind: 'no-bucket' };
    throw error;
  }
}

export async function writeJson(bucket: string, key: string, value: unknown): Promise<void> {
  await s3.send(new PutObjectCommand(jsonObject(bucket, key, value)));
}

function jsonObject(Bucket: string, Key: string, value: unknown) {
  return { Bucket, Key, Body: `${JSON.stringify(value, null, 2)}\n`, ContentType: 'application/json' };
}

/** A version is an object as it was read. Both members are undefined when the object does not exist. */
export interface Version {
  text: string | undefined;
  etag: string | undefined;
}

export async function readVersion(bucket: string, key: string): Promise<Version> {
  try {
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: await Body?.transformToString(), etag: ETag };
  } catch (error) {
    if (isNotFound(error, 'NoSuchKey')) return { text: undefined, etag: undefined };
    throw error;
  }
}

const DAY_MS = 24 * 3_600_000;

/**
 * Replaces the version that was read, unless it was replaced in the meantime.
 * @param lockDays the number of days for which the new version cannot be deleted, in a bucket with Object Lock; 0 for
 * no lock
 * @returns whether the version was replaced
 */
export function replaceJson(bucket: string, key: string, value: unknown, etag: string | undefined, lockDays = 0) {
  const retention =
    lockDays > 0
      ? ({ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(Date.now() + lockDays * DAY_MS) } as const)
      : {};
  return replaceObject({ ...jsonObject(bucket, key, value), ...retention }, etag);
}

/** Replaces a version of an HTML page in the same way. Browsers revalidate the page each time. */
export function replaceHtml(bucket: string, key: string, page: string, etag: string | undefined) {
  return replaceObject({ ...htmlObject(bucket, key, page), CacheControl: 'no-cache' }, etag);
}

async function replaceObject(object: PutObjectCommandInput, etag: string | undefined): Promise<boolean> {
  try {
    const condition = etag ? { IfMatch: etag } : { IfNoneMatch: '*' };
    await s3.send(new PutObjectCommand({ ...object, ...condition }));
    return true;
  } catch (error) {
    if (isNotFound(error, 'PreconditionFailed', 'ConditionalRequestConflict')) return false;
    throw error;
  }
}

export async function writeHtml(bucket: string, key: string, page: string): Promise<void> {
  await s3.send(new PutObjectCommand(htmlObject(bucket, key, page)));
}

function htmlObject(Bucket: string, Key: string, Body: string) {
  return { Bucket, Key, Body, ContentType: 'text/html; charset=utf-8' };
}

/** Returns the keys below a folder, which ends with a slash. */
export async function listKeys(bucket: string, folder: string): Promise<string[]> {
  const objects = await allItems(
    (ContinuationToken: string | undefined) =>
      s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, ContinuationToken })),
    contentsOf,
    (page) => nextOf(page.IsTruncated, page.NextContinuationToken),
  );
  return objects.map(({ Key }) => textOf(Key, `a key below ${folder}`));
}

/**
 * Writes a page that nothing depends on. The function never throws, and reports the reason of a failure to `warn`.
 * @returns whether the page was written
 */
export async function tryWriteHtml(
  bucket: string,
  key: string,
  page: string,
  warn: (message: string) => void,
): Promise<boolean> {
  try {
    await writeHtml(bucket, key, page);
    return true;
  } catch (error) {
    warn(`${key} was not written: ${describeError(error)}`);
    return false;
  }
}

export async function objectExists(bucket: string, key: string): Promise<boolean> {
  try {
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    textOf(ETag, `the ETag of ${key}`);
    return true;
  } catch (error) {
    if (isNotFound(error, 'NotFound', 'NoSuchKey')) return false;
    throw error;
  }
}

export async function copyObject(from: { bucket: string; key: string }, to: { bucket: string; key: string }) {
  const source = [from.bucket, ...from.key.split('/')].map(encodeURIComponent).join('/');
  await s3.send(new CopyObjectCommand({ CopySource: source, Bucket: to.bucket, Key: to.key }));
}
