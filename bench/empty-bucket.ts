import * as versions from '../lambdas/aws/bucket-versions.ts';
import { deleteAllVersions } from '../lambdas/removal/empty-bucket.ts';

/**
 * The argument is a bucket. The program does the work of `empty-bucket` after its check of the bucket's owner, and
 * prints the number of deleted versions.
 */
const [bucket = ''] = process.argv.slice(2);
console.log(await deleteAllVersions(bucket, () => Number.POSITIVE_INFINITY, { ...versions, confirm: async () => {} }));
