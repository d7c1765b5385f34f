import { of, type RequiredActions, row } from './row.ts';

const s3 = (...operations: string[]) => of('s3', ...operations);
const dynamodb = (...operations: string[]) => of('dynamodb', ...operations);

/**
 * Returns the row of a part of a bucket's configuration. To delete the part, the provider sets its default, or deletes
 * it with the permission to put it.
 */
const configuration = (file: string, read: string, put: string) =>
  row(file, 'AWS::S3::Bucket', { create: s3(put), read: s3(read), update: s3(put), delete: s3(put) });

export const STORAGE: Readonly<Record<string, RequiredActions>> = {
  aws_s3_bucket: row('s3/bucket.go', 'AWS::S3::Bucket', {
    create: s3('CreateBucket', 'PutBucketTagging'),
    // HeadBucket requires s3:ListBucket. The provider reads the attributes that its older versions set here, with one
    // call each.
    read: s3(
      ...['ListBucket', 'GetAccelerateConfiguration', 'GetBucketAcl', 'GetBucketCORS', 'GetBucketLogging'],
      ...['GetBucketObjectLockConfiguration', 'GetBucketPolicy', 'GetBucketRequestPayment', 'GetBucketTagging'],
      ...['GetBucketVersioning', 'GetBucketWebsite', 'GetEncryptionConfiguration', 'GetLifecycleConfiguration'],
      'GetReplicationConfiguration',
    ),
    delete: s3('DeleteBucket'),
    tag: s3('PutBucketTagging', 'GetBucketTagging'),
    when: { force_destroy: s3('ListBucketVersions', 'DeleteObject', 'DeleteObjectVersion') },
  }),
  aws_s3_bucket_notification: configuration(
    's3/bucket_notification.go',
    'GetBucketNotification',
    'PutBucketNotification',
  ),
  aws_s3_bucket_ownership_controls: configuration(
    's3/bucket_ownership_controls.go',
    'GetBucketOwnershipControls',
    'PutBucketOwnershipControls',
  ),
  aws_s3_bucket_policy: row('s3/bucket_policy.go', 'AWS::S3::BucketPolicy', {
    create: s3('PutBucketPolicy'),
    read: s3('GetBucketPolicy'),
    update: s3('PutBucketPolicy'),
    delete: s3('DeleteBucketPolicy'),
  }),
  aws_s3_bucket_public_access_block: configuration(
    's3/bucket_public_access_block.go',
    'GetBucketPublicAccessBlock',
    'PutBucketPublicAccessBlock',
  ),
  aws_s3_bucket_server_side_encryption_configuration: configuration(
    's3/bucket_server_side_encryption_configuration.go',
    'GetEncryptionConfiguration',
    'PutEncryptionConfiguration',
  ),
  aws_s3_bucket_versioning: configuration('s3/bucket_versioning.go', 'GetBucketVersioning', 'PutBucketVersioning'),
  aws_dynamodb_table: row('dynamodb/table.go', 'AWS::DynamoDB::Table', {
    create: dynamodb('CreateTable'),
    read: dynamodb('DescribeTable', 'DescribeContinuousBackups', 'DescribeTimeToLive'),
    // UpdateTable changes billing, the keys of indexes, streams and protection.
    update: dynamodb('UpdateTable'),
    delete: dynamodb('DeleteTable'),
    tag: dynamodb('TagResource', 'UntagResource', 'ListTagsOfResource'),
    when: {
      point_in_time_recovery: dynamodb('UpdateContinuousBackups'),
      ttl: dynamodb('UpdateTimeToLive'),
    },
  }),
};

/** These rows are for data sources. A caller with credentials may always read its identity and partition. */
export const DATA: Readonly<Record<string, RequiredActions>> = {
  aws_availability_zones: row('ec2/ec2_availability_zones_data_source.go', null, {
    read: of('ec2', 'DescribeAvailabilityZones'),
  }),
  aws_caller_identity: row('sts/caller_identity_data_source.go', null, {}),
  aws_partition: row('meta/partition_data_source.go', null, {}),
  aws_region: row('meta/region_data_source.go', null, {}),
};
