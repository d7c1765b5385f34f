import { S3Client } from '@aws-sdk/client-s3';
import { bucketTags } from '../bucket-versions.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReaders } from '../tags.ts';

/** The list of buckets has those of all regions. This client repeats a request in the region that S3 names. */
const anywhere = new S3Client({ ...patientConfig, followRegionRedirects: true });

export const tags: TagReaders = { bucket: ({ id }, { accountId }) => bucketTags(id, accountId, anywhere) };
