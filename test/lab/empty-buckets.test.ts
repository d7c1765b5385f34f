import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { useLab } from '../../lab/test/support/use-lab.ts';
import { emptyBucketsOf } from '../aws/empty-buckets.ts';

const lab = useLab();

test('the buckets of a stack are emptied, so that it can be deleted, and no other is', async () => {
  const { client } = lab.context;
  const cloudformation = new CloudFormationClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const bucket = {
    Type: 'AWS::S3::Bucket',
    Properties: { BucketName: 'of-the-stack', VersioningConfiguration: { Status: 'Enabled' } },
  };
  const topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'none-of-a-bucket' } };
  const StackName = 'Buckets';
  await cloudformation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify({ Resources: { Bucket: bucket, Topic: topic } }),
    }),
  );
  const location = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;
  await s3.send(new CreateBucketCommand({ Bucket: 'of-a-neighbour', ...location }));
  for (const Bucket of ['of-the-stack', 'of-a-neighbour']) {
    for (const Body of ['one', 'two']) await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b', Body }));
  }
  await s3.send(new PutObjectCommand({ Bucket: 'of-the-stack', Key: 'gone', Body: 'x' }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'of-the-stack', Key: 'gone' }));

  await emptyBucketsOf(StackName, client);

  await s3.send(new HeadObjectCommand({ Bucket: 'of-a-neighbour', Key: 'a/b' }));
  await cloudformation.send(new DeleteStackCommand({ StackName }));
  await expect(cloudformation.send(new DescribeStacksCommand({ StackName }))).rejects.toThrow('does not exist');
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'of-the-stack' }))).rejects.toMatchObject({ name: 'NotFound' });
});
