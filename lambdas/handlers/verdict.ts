import { updateRecord } from '../adapters/environments-table.ts';
import { readText, writeJson } from '../adapters/objects.ts';
import { certifySweep } from '../operations/certify-sweep.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { verdictEvent } from '../shared/request.ts';

export const handler = lambda('verdict', verdictEvent, (event, { env }) =>
  certifySweep(event, {
    bucket: env.CONTROL_BUCKET,
    read: (key) => readText(env.CONTROL_BUCKET, key),
    writeJson: (key, value) => writeJson(env.CONTROL_BUCKET, key, value),
    recordSweep: (environment, run, lastSweep) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { run }, { lastSweep }),
    clock: systemClock,
  }),
);
