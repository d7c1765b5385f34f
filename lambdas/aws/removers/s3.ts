import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const s3 = new S3Client(patientConfig);

export const remover: Remover = {
  bucket: {
    // Bootstrap first creates the bucket and then tags it: if it is killed in between, the bucket has no tags. S3
    // itself refuses to delete a bucket that is not empty.
    bornUntagged: true,
    async remove({ id }, { accountId }) {
      await unlessGone(
        s3.send(new DeleteBucketCommand({ Bucket: id, ExpectedBucketOwner: accountId })),
        'NoSuchBucket',
        'NotFound',
      );
    },
  },
};
