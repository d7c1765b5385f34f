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

/** Denied is not absent: any other response than "there is none" is thrown. */
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

/** An object as it was read; `etag` is undefined for one that is not there. */
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

/** Replaces the version that was read, unless somebody has been quicker. @returns whether it did */
export function replaceJson(bucket: string, key: string, value: unknown, etag: string | undefined) {
  return replaceObject(jsonObject(bucket, key, value), etag);
}

/** The same, for a page. Browsers ask again each time. */
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

/** Keys below a folder, which ends with a slash. */
export async function listKeys(bucket: string, folder: string): Promise<string[]> {
  const objects = await allItems(
    (ContinuationToken: string | undefined) =>
      s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, ContinuationToken })),
    contentsOf,
    (page) => nextOf(page.IsTruncated, page.NextContinuationToken),
  );
  return objects.map(({ Key }) => textOf(Key, `a key below ${folder}`));
}

/** For a page that nothing depends on. Never throws. @returns whether it was written; if not, `warn` is told why */
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
