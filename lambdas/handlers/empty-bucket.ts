import * as versions from '../adapters/bucket-versions.ts';
import { emptyBucket } from '../operations/empty-bucket.ts';
import { lambda } from '../shared/middleware.ts';
import { requestEvent } from '../shared/request.ts';

export const handler = lambda('empty-bucket', requestEvent, ({ request }, { env, remainingMs }) =>
  emptyBucket(request, env.PROJECT, remainingMs, versions),
);
