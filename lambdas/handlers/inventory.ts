import { bucketTags } from '../aws/bucket-versions.ts';
import { readText, writeJson } from '../aws/objects.ts';
import { ownership } from '../aws/ownership.ts';
import { manifest } from '../contracts/functions/inventory.ts';
import { inventoryEvent } from '../contracts/payloads/inventory.ts';
import { whileOwner } from '../environment/ownership.ts';
import { lambda } from '../runtime/middleware.ts';
import { takeInventory } from '../sweep/take-inventory.ts';

export const handler = lambda(manifest, inventoryEvent, (event, invocation) => {
  const { env } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    takeInventory(event.request, {
      project: env.PROJECT,
      bucketTags,
      readState: readText,
      readRun: (key) => readText(env.CONTROL_BUCKET, key),
      writeInventory: (key, items) => writeJson(env.CONTROL_BUCKET, key, items),
      now: Date.now,
    }),
  );
});
