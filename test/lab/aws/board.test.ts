import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { listKeys, readVersion, replaceHtml } from '../../../lambdas/aws/objects.ts';

const lab = useLab();
const BUCKET = 'control-of-the-board';
let s3: S3Client;

beforeAll(async () => {
  s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
});

describe('the objects of the board', () => {
  test('a page is replaced only as it was read, and is HTML', async () => {
    expect(await replaceHtml(BUCKET, 'board/index.html', 'first', undefined)).toBe(true);
    const { etag, text } = await readVersion(BUCKET, 'board/index.html');
    expect(text).toBe('first');
    expect(await replaceHtml(BUCKET, 'board/index.html', 'second', etag)).toBe(true);
    expect(await replaceHtml(BUCKET, 'board/index.html', 'late', etag)).toBe(false);
    expect((await readVersion(BUCKET, 'board/index.html')).text).toBe('second');
  });

  test('a folder is listed to its end, and another of the same beginning is not in it', async () => {
    expect(await listKeys(BUCKET, 'environments/none/')).toEqual([]);
    for (const key of ['environments/dev/runs/r/a', 'environments/dev/runs/r/b/c', 'environments/dev/runs/r2/a'])
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: '' }));
    expect(await listKeys(BUCKET, 'environments/dev/runs/r/')).toEqual([
      'environments/dev/runs/r/a',
      'environments/dev/runs/r/b/c',
    ]);
  });

  test('a bucket that is not there has no empty folders', async () => {
    await expect(listKeys('no-such-bucket-here', 'x/')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
