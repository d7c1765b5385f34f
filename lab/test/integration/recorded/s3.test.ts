import * as s3 from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { useLab } from '../../support/use-lab.ts';
import { refuses } from './refusals.ts';

const ACCOUNT = '123456789012';
const DAY_MS = 86_400_000;
const PRECONDITION = 'At least one of the pre-conditions you specified did not hold';
const LOCKED = 'Access Denied because object protected by object lock.';

const lab = useLab();
let client: s3.S3Client;

const put = (Bucket: string, Key: string, more: Partial<s3.PutObjectCommandInput> = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'a body', ...more }));
const get = (Bucket: string, Key: string, VersionId?: string) =>
  client.send(new s3.GetObjectCommand({ Bucket, Key, ...(VersionId ? { VersionId } : {}) }));
const retention = (days: number) => ({
  ObjectLockMode: 'COMPLIANCE' as const,
  ObjectLockRetainUntilDate: new Date(Date.now() + days * DAY_MS),
});

beforeAll(async () => {
  client = new s3.S3Client({ ...lab.context.client, forcePathStyle: true });
  const LocationConstraint = 'eu-west-1';
  for (const Bucket of ['plain', 'versioned', 'locked', 'full', 'markers'])
    await client.send(
      new s3.CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint },
        ObjectLockEnabledForBucket: Bucket === 'locked',
      }),
    );
  for (const Bucket of ['versioned', 'markers'])
    await client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await put('plain', 'there');
  await put('full', 'there');
  await client.send(new s3.DeleteObjectCommand({ Bucket: 'markers', Key: 'gone' }));
});

describe('S3', () => {
  const NoSuchKey = { name: 'NoSuchKey', message: 'The specified key does not exist.', status: 404 };
  const NoSuchBucket = { name: 'NoSuchBucket', message: 'The specified bucket does not exist', status: 404 };
  refuses([
    { recorded: 'test_range_key_not_exists', call: () => get('plain', 'nothing'), ...NoSuchKey },
    { recorded: 'test_get_object_no_such_bucket', call: () => get('no-such-bucket', 'a'), ...NoSuchBucket },
    { recorded: 'test_get_object_after_deleted_in_versioned_bucket', call: () => get('markers', 'gone'), ...NoSuchKey },
    {
      recorded: 'test_head_object_fields',
      call: () => client.send(new s3.HeadObjectCommand({ Bucket: 'plain', Key: 'nothing' })),
      ...{ name: 'NotFound', status: 404 },
    },
    {
      recorded: 'test_create_bucket_head_bucket',
      call: () => client.send(new s3.HeadBucketCommand({ Bucket: 'no-such-bucket' })),
      ...{ name: 'NotFound', status: 404 },
    },
    {
      recorded: 'test_delete_bucket_no_such_bucket',
      call: () => client.send(new s3.DeleteBucketCommand({ Bucket: 'no-such-bucket' })),
      ...NoSuchBucket,
    },
    {
      recorded: 'test_delete_bucket_with_objects',
      call: () => client.send(new s3.DeleteBucketCommand({ Bucket: 'full' })),
      ...{ name: 'BucketNotEmpty', message: 'The bucket you tried to delete is not empty', status: 409 },
    },
    {
      recorded: 'test_delete_versioned_bucket_with_objects',
      call: () => client.send(new s3.DeleteBucketCommand({ Bucket: 'markers' })),
      name: 'BucketNotEmpty',
      message: 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
      status: 409,
    },
    {
      recorded: 'test_create_bucket_with_existing_name',
      call: () =>
        client.send(
          new s3.CreateBucketCommand({
            Bucket: 'plain',
            CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
          }),
        ),
      ...{ name: 'BucketAlreadyOwnedByYou', status: 409 },
      message: 'Your previous request to create the named bucket succeeded and you already own it.',
    },
    {
      recorded: 'test_bucket_tagging_crud',
      call: () => client.send(new s3.GetBucketTaggingCommand({ Bucket: 'plain' })),
      ...{ name: 'NoSuchTagSet', message: 'The TagSet does not exist', status: 404 },
    },
    {
      recorded: 'test_bucket_policy_crud',
      call: () => client.send(new s3.GetBucketPolicyCommand({ Bucket: 'plain' })),
      ...{ name: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist', status: 404 },
    },
    {
      recorded: 'test_delete_bucket_lifecycle_configuration',
      call: () => client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: 'plain' })),
      ...{ name: 'NoSuchLifecycleConfiguration', status: 404 },
      message: 'The lifecycle configuration does not exist',
    },
    {
      recorded: 'test_get_cors',
      call: () => client.send(new s3.GetBucketCorsCommand({ Bucket: 'plain' })),
      ...{ name: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist', status: 404 },
    },
    {
      recorded: 'test_replication_config',
      call: () => client.send(new s3.GetBucketReplicationCommand({ Bucket: 'plain' })),
      ...{ name: 'ReplicationConfigurationNotFoundError', status: 404 },
      message: 'The replication configuration was not found',
    },
    {
      recorded: 'test_crud_website_configuration',
      call: () => client.send(new s3.GetBucketWebsiteCommand({ Bucket: 'plain' })),
      ...{ name: 'NoSuchWebsiteConfiguration', status: 404 },
      message: 'The specified bucket does not have a website configuration',
    },
    {
      recorded: 'test_put_object_if_none_match',
      call: () => put('plain', 'there', { IfNoneMatch: '*' }),
      ...{ name: 'PreconditionFailed', message: PRECONDITION, status: 412 },
    },
    {
      recorded: 'test_put_object_if_match',
      call: () => put('plain', 'there', { IfMatch: '"00000000000000000000000000000000"' }),
      ...{ name: 'PreconditionFailed', message: PRECONDITION, status: 412 },
    },
    {
      recorded: 'test_delete_object_versioned',
      call: async () => {
        const { VersionId = '' } = await put('versioned', 'deleted');
        await client.send(new s3.DeleteObjectCommand({ Bucket: 'versioned', Key: 'deleted', VersionId }));
        return get('versioned', 'deleted', VersionId);
      },
      ...{ name: 'NoSuchVersion', message: 'The specified version does not exist.', status: 404 },
    },
    {
      recorded: 'test_s3_object_retention_exc',
      call: () =>
        client.send(
          new s3.PutObjectRetentionCommand({
            ...{ Bucket: 'plain', Key: 'there' },
            Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + DAY_MS) },
          }),
        ),
      ...{ name: 'InvalidRequest', message: 'Bucket is missing Object Lock Configuration', status: 400 },
    },
    {
      recorded: 'test_s3_object_retention',
      call: async () => {
        const { VersionId = '' } = await put('locked', 'kept', retention(1));
        return client.send(new s3.DeleteObjectCommand({ Bucket: 'locked', Key: 'kept', VersionId }));
      },
      ...{ name: 'AccessDenied', message: LOCKED, status: 403 },
    },
    {
      recorded: 'test_object_lock_extend_duration',
      call: async () => {
        await put('locked', 'shortened', retention(2));
        return client.send(
          new s3.PutObjectRetentionCommand({
            ...{ Bucket: 'locked', Key: 'shortened' },
            Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + DAY_MS) },
          }),
        );
      },
      ...{ name: 'AccessDenied', message: LOCKED, status: 403 },
    },
    {
      recorded: 'test_bucket_config_default_retention',
      call: () => put('locked', 'half', { ObjectLockMode: 'COMPLIANCE' }),
      ...{ name: 'InvalidArgument', status: 400 },
      message: 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    },
    {
      recorded: 'test_s3_object_retention_exc',
      call: async () => {
        await put('locked', 'past');
        return client.send(
          new s3.PutObjectRetentionCommand({
            ...{ Bucket: 'locked', Key: 'past' },
            Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() - DAY_MS) },
          }),
        );
      },
      ...{ name: 'InvalidArgument', message: 'The retain until date must be in the future!', status: 400 },
    },
    {
      recorded: 'test_s3_copy_object_src_not_exists',
      call: () => client.send(new s3.CopyObjectCommand({ Bucket: 'plain', Key: 'copy', CopySource: 'plain/nothing' })),
      ...NoSuchKey,
    },
    {
      recorded: 'test_invalid_sqs_arn',
      call: () =>
        client.send(
          new s3.PutBucketNotificationConfigurationCommand({
            Bucket: 'plain',
            NotificationConfiguration: {
              QueueConfigurations: [
                { QueueArn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:no-such-queue`, Events: ['s3:ObjectCreated:*'] },
              ],
            },
          }),
        ),
      ...{ name: 'InvalidArgument', status: 400 },
      message: 'Unable to validate the following destination configurations',
    },
  ]);

  test('test_delete_objects_versioned: a key that is not there gets a marker too', async () => {
    const Delete = { Objects: [{ Key: 'never-there' }] };
    const { Deleted, Errors } = await client.send(new s3.DeleteObjectsCommand({ Bucket: 'versioned', Delete }));
    expect(Errors).toBeUndefined();
    expect(Deleted).toMatchObject([{ Key: 'never-there', DeleteMarker: true }]);
    expect(Deleted?.[0]?.DeleteMarkerVersionId).toBeTruthy();
  });

  test('test_delete_objects_versioned: a marker is deleted by its version', async () => {
    const Key = 'marked';
    const { VersionId } = await client.send(new s3.DeleteObjectCommand({ Bucket: 'versioned', Key }));
    const Delete = { Objects: [{ Key, VersionId }] };
    const { Deleted } = await client.send(new s3.DeleteObjectsCommand({ Bucket: 'versioned', Delete }));
    expect(Deleted).toEqual([{ Key, VersionId, DeleteMarker: true, DeleteMarkerVersionId: VersionId }]);
  });

  test('test_delete_locked_object: versions of a lock are errors of DeleteObjects', async () => {
    const { VersionId } = await put('locked', 'among-others', retention(1));
    const Delete = { Objects: [{ Key: 'among-others', VersionId }] };
    const { Deleted, Errors } = await client.send(new s3.DeleteObjectsCommand({ Bucket: 'locked', Delete }));
    expect(Deleted).toBeUndefined();
    expect(Errors).toEqual([{ Key: 'among-others', VersionId, Code: 'AccessDenied', Message: LOCKED }]);
  });

  test('test_delete_objects_versioned: a version that is not there is an error', async () => {
    const Objects = [{ Key: 'never-there-either', VersionId: '4cb92fd4-1c0d-4c27-a1d6-2b1ecf2a1b1a' }];
    const { Deleted, Errors } = await client.send(
      new s3.DeleteObjectsCommand({ Bucket: 'versioned', Delete: { Objects } }),
    );
    expect(Deleted).toBeUndefined();
    expect(Errors).toEqual([
      { ...Objects[0], Code: 'NoSuchVersion', Message: 'The specified version does not exist.' },
    ]);
  });

  test('test_s3_default_bucket_encryption: a new bucket is encrypted', async () => {
    const { ServerSideEncryptionConfiguration: found } = await client.send(
      new s3.GetBucketEncryptionCommand({ Bucket: 'plain' }),
    );
    expect(found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
  });
});
