import { bucketTags } from '../adapters/bucket-versions.ts';
import { readText, writeJson } from '../adapters/objects.ts';
import { ownership } from '../adapters/ownership.ts';
import { whileOwner } from '../operations/ownership.ts';
import { takeInventory } from '../operations/take-inventory.ts';
import { lambda } from '../shared/middleware.ts';
import { heldEvent } from '../shared/payloads.ts';

export const handler = lambda('inventory', heldEvent, (event, invocation) => {
  const { env } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    takeInventory(event.request, {
      project: env.PROJECT,
      bucketTags,
      readState: readText,
      readRun: (key) => readText(env.CONTROL_BUCKET, key),
      writeInventory: (key, items) => writeJson(env.CONTROL_BUCKET, key, items),
    }),
  );
});
