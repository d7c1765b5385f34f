import { deleteVersions, firstVersions } from '../lambdas/adapters/bucket-versions.ts';

/** argv: a bucket. What `empty-bucket` does once it has made sure whose the bucket is. */
const [bucket = ''] = process.argv.slice(2);
for (let page = await firstVersions(bucket); page.length > 0; page = await firstVersions(bucket)) {
  await deleteVersions(bucket, page);
}
