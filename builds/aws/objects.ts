import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { clientConfig } from './config.ts';

// An emulator has no DNS name for each bucket.
const s3 = new S3Client({ ...clientConfig, forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL) });

/**
 * @returns undefined when there is no such object. S3 reports that only to a caller that may list the bucket; any other
 * caller is denied.
 * @throws any other refusal
 */
export async function getObject(Bucket: string, Key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export async function putObject(Bucket: string, Key: string, Body: Buffer | string): Promise<void> {
  const ContentType = Key.endsWith('.json') ? 'application/json' : 'application/octet-stream';
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
}

export async function deleteObject(Bucket: string, Key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
}

/** Lists the keys of all objects of a folder. @param prefix with the slash at its end */
export async function listKeys(Bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: prefix })) {
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
  }
  return keys;
}
