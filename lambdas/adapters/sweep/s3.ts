import { HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { PART, type Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { ask, pages, present, splitArn } from './support.ts';

const s3 = new S3Client(patientConfig);

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    yield { type: 'bucket', id: request.names.stateBucket };
    const all = pages(
      (ContinuationToken) =>
        s3.send(new ListBucketsCommand({ Prefix: request.names.prefix, MaxBuckets: 1_000, ContinuationToken })),
      (page) => page.ContinuationToken,
    );
    for await (const page of all) {
      for (const { Name: id = '' } of page.Buckets ?? []) if (owns(id)) yield { type: 'bucket', id };
    }
  },
  fromInventory: ({ type, id, arn }) =>
    type === 'aws_s3_bucket' ? { type: 'bucket', id, ...(arn ? { arn } : {}) } : undefined,
  fromArn: (arn) => (arn.includes('/') ? PART : { type: 'bucket', id: splitArn(arn).resource, arn }),
  confirm: ({ id }, { request }) =>
    ask(
      async () => {
        const owner = request.accountId;
        const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: id, ExpectedBucketOwner: owner }));
        return present(BucketRegion);
      },
      'NotFound',
      'NoSuchBucket',
    ),
};
