import { type Bucket, HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { awsFailure } from '../../runtime/aws-errors.ts';
import { type Candidate, PART, type Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { namedAmong, textOf } from '../responses.ts';
import { absent, ask, present, splitArn } from './support.ts';

/** The list has the buckets of all regions. This client repeats a request in the region that S3 names. */
const s3 = new S3Client({ ...patientConfig, followRegionRedirects: true });

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    yield { type: 'bucket', id: request.names.stateBucket };
    const all = eachItem(
      (ContinuationToken) =>
        s3.send(new ListBucketsCommand({ Prefix: request.names.prefix, MaxBuckets: 1_000, ContinuationToken })),
      (page) => page.Buckets,
      (page) => page.ContinuationToken,
    );
    for await (const { Name } of all) {
      const id = textOf(Name, 'the name of a bucket');
      if (owns(id)) yield { type: 'bucket', id };
    }
  },
  fromInventory: ({ type, id, arn }) =>
    type === 'aws_s3_bucket' ? { type: 'bucket', id, ...(arn ? { arn } : {}) } : undefined,
  fromArn,
  confirm: ({ id, listedAt }, { request }) =>
    ask(
      async () => {
        const owner = request.accountId;
        try {
          const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: id, ExpectedBucketOwner: owner }));
          const created = listedAt === undefined ? undefined : (await listed(id))?.CreationDate;
          // The date also changes with the bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html
          return {
            ...present(BucketRegion),
            ...(created ? { created: { at: created.getTime(), orChanged: true } } : {}),
          };
        } catch (error) {
          // A 403 comes from a policy, or is the response for a bucket of another account. The list contains all
          // buckets of this account, whatever access their policies allow.
          if (awsFailure(error) !== 'denied' || (await listed(id))) throw error;
          return absent('another account has a bucket of this name, and this account has none');
        }
      },
      'NotFound',
      'NoSuchBucket',
    ),
};

async function listed(bucket: string): Promise<Bucket | undefined> {
  const all = eachItem(
    (ContinuationToken) => s3.send(new ListBucketsCommand({ Prefix: bucket, MaxBuckets: 1_000, ContinuationToken })),
    (page) => page.Buckets,
    (page) => page.ContinuationToken,
  );
  return namedAmong(all, ({ Name }) => Name, bucket);
}

/**
 * Returns the candidate of an ARN. Buckets and objects have no region in their ARN; other resources of S3, such as
 * access points, have one.
 */
function fromArn(arn: string): Candidate | typeof PART | undefined {
  if (arn.split(':')[3] !== '') return undefined;
  return arn.includes('/') ? PART : { type: 'bucket', id: splitArn(arn).resource, arn };
}
