import * as versions from '../lambdas/aws/bucket-versions.ts';
import { deleteAllVersions } from '../lambdas/removal/empty-bucket.ts';

/** argv: a bucket. What `empty-bucket` does once it has made sure whose the bucket is. Prints how many it deleted. */
const [bucket = ''] = process.argv.slice(2);
console.log(await deleteAllVersions(bucket, () => Number.POSITIVE_INFINITY, { ...versions, confirm: async () => {} }));
