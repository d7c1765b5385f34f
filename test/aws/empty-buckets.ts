import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** CloudFormation does not delete a bucket that has objects. */

/** Deletes every version of every object in the buckets that the stack has created, and touches no other bucket. */
export async function emptyBucketsOf(stack: string, config: S3ClientConfig): Promise<void> {
  const cloudformation = new CloudFormationClient(config as object);
  // The address of an emulator has no name of a bucket in front of it.
  const s3 = new S3Client({ ...config, forcePathStyle: Boolean(config.endpoint ?? process.env.AWS_ENDPOINT_URL) });
  const { StackResources = [] } = await cloudformation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  for (const { ResourceType, ResourceStatus, PhysicalResourceId } of StackResources) {
    // The list also has a bucket whose name was already taken, with the reason why it was not created.
    const created = /^(CREATE|UPDATE)_COMPLETE$|^DELETE_FAILED$/.test(ResourceStatus ?? '');
    if (ResourceType === 'AWS::S3::Bucket' && created && PhysicalResourceId) await empty(s3, PhysicalResourceId);
  }
  cloudformation.destroy();
  s3.destroy();
}

async function empty(s3: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key = '', VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(0, 1_000), Quiet: true } }),
    );
    const [error] = Errors;
    if (error) throw new Error(`${Bucket}/${error.Key}: ${error.Code}: ${error.Message}`);
  }
}
