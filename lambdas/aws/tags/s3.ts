import { bucketTags } from '../bucket-versions.ts';
import type { TagReaders } from '../tags.ts';

export const tags: TagReaders = { bucket: ({ id }, { accountId }) => bucketTags(id, accountId) };
