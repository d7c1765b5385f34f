import * as versions from '../adapters/bucket-versions.ts';
import { ownership } from '../adapters/ownership.ts';
import { emptyBucket } from '../operations/empty-bucket.ts';
import { whileOwner } from '../operations/ownership.ts';
import { lambda } from '../shared/middleware.ts';
import { heldEvent } from '../shared/payloads.ts';

export const handler = lambda('empty-bucket', heldEvent, (event, invocation) => {
  const { env, remainingMs } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), (confirm) =>
    emptyBucket(event.request, env.PROJECT, remainingMs, { ...versions, confirm }),
  );
});
