import { updateRecord } from '../adapters/environments-table.ts';
import { emit } from '../adapters/metrics.ts';
import { readText, readVersion, replaceJson, tryWriteHtml } from '../adapters/objects.ts';
import { certifySweep } from '../operations/certify-sweep.ts';
import { storedInventory } from '../operations/take-inventory.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { verdictEvent } from '../shared/sweep-request.ts';

export const handler = lambda('verdict', verdictEvent, (event, { env, logger }) => {
  const read = (key: string) => readText(env.CONTROL_BUCKET, key);
  return certifySweep(event, {
    bucket: env.CONTROL_BUCKET,
    read,
    readVersion: (key) => readVersion(env.CONTROL_BUCKET, key),
    replaceJson: (key, value, etag) => replaceJson(env.CONTROL_BUCKET, key, value, etag),
    writePage: (key, page) => tryWriteHtml(env.CONTROL_BUCKET, key, page, (message) => logger.warn(message)),
    inventory: () => storedInventory(event.request.keys.inventory, read),
    recordSweep: (environment, run, lastSweep) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { run }, { lastSweep }),
    emit,
    clock: systemClock,
  });
});
