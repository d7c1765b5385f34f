import { HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { awsFailure } from '../../runtime/aws-errors.ts';
import { type Candidate, PART, type Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { namedAmong, textOf } from '../responses.ts';
import { absent, ask, present, splitArn } from './support.ts';

const s3 = new S3Client(patientConfig);

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
  confirm: ({ id }, { request }) =>
    ask(
      async () => {
        const owner = request.accountId;
        try {
          const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: id, ExpectedBucketOwner: owner }));
          return present(BucketRegion);
        } catch (error) {
          // A 403 is a policy's, or the response about a bucket of another account. The list has the buckets of this account, whatever may be read of them.
          if (awsFailure(error) !== 'denied' || (await isListed(id))) throw error;
          return absent('another account has a bucket of this name, and this account has none');
        }
      },
      'NotFound',
      'NoSuchBucket',
    ),
};

async function isListed(bucket: string): Promise<boolean> {
  const all = eachItem(
    (ContinuationToken) => s3.send(new ListBucketsCommand({ Prefix: bucket, MaxBuckets: 1_000, ContinuationToken })),
    (page) => page.Buckets,
    (page) => page.ContinuationToken,
  );
  return (await namedAmong(all, ({ Name }) => Name, bucket)) !== undefined;
}

/** Buckets and objects are in no region; whatever else S3 has, such as an access point, is. */
function fromArn(arn: string): Candidate | typeof PART | undefined {
  if (arn.split(':')[3] !== '') return undefined;
  return arn.includes('/') ? PART : { type: 'bucket', id: splitArn(arn).resource, arn };
}
