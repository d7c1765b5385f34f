import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from '../tags/support.ts';

const s3 = new S3Client(patientConfig);

export const remover: Remover = {
  bucket: {
    // Made first and tagged afterwards: a bootstrap that was killed in between leaves one without. S3 itself refuses to
    // delete a bucket that has anything in it.
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
