import * as versions from '../aws/bucket-versions.ts';
import { ownership } from '../aws/ownership.ts';
import { manifest } from '../contracts/functions/empty-bucket.ts';
import { emptyBucketEvent } from '../contracts/payloads/removal.ts';
import { whileOwner } from '../environment/ownership.ts';
import { emptyBucket } from '../removal/empty-bucket.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, emptyBucketEvent, (event, invocation) => {
  const { env, remainingMs } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), (confirm) =>
    emptyBucket(event.request, env.PROJECT, remainingMs, { ...versions, confirm }),
  );
});
