import { bucketTags } from '../adapters/bucket-versions.ts';
import { readText, writeJson } from '../adapters/objects.ts';
import { takeInventory } from '../operations/take-inventory.ts';
import { lambda } from '../shared/middleware.ts';
import { requestEvent } from '../shared/request.ts';

export const handler = lambda('inventory', requestEvent, ({ request }, { env }) =>
  takeInventory(request, {
    project: env.PROJECT,
    bucketTags,
    readState: readText,
    readRun: (key) => readText(env.CONTROL_BUCKET, key),
    writeInventory: (key, items) => writeJson(env.CONTROL_BUCKET, key, items),
  }),
);
