import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { readVersion, replaceJson } from '../../../lambdas/aws/objects.ts';

const lab = useLab();
const BUCKET = 'control-of-versions';

beforeAll(async () => {
  await new S3Client(lab.context.client).send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
});

test('an object is replaced only as it was read', async () => {
  expect(await readVersion(BUCKET, 'k')).toEqual({ text: undefined, etag: undefined });
  expect(await replaceJson(BUCKET, 'k', { by: 'first' }, undefined)).toBe(true);
  const first = await readVersion(BUCKET, 'k');
  expect(JSON.parse(first.text ?? '')).toEqual({ by: 'first' });
  expect(await replaceJson(BUCKET, 'k', { by: 'second' }, first.etag)).toBe(true);
  expect(await replaceJson(BUCKET, 'k', { by: 'somebody late' }, first.etag)).toBe(false);
  expect(await replaceJson(BUCKET, 'k', { by: 'somebody who saw none' }, undefined)).toBe(false);
  expect(JSON.parse((await readVersion(BUCKET, 'k')).text ?? '')).toEqual({ by: 'second' });
});

test('what cannot be read is not absent', async () => {
  await expect(readVersion('no-such-bucket-here', 'k')).rejects.toMatchObject({ name: 'NoSuchBucket' });
});
