import { updateRecord } from '../adapters/environments-table.ts';
import { readText } from '../adapters/objects.ts';
import { recordOutputs } from '../operations/record-outputs.ts';
import { lambda } from '../shared/middleware.ts';
import { outputsEvent } from '../shared/request.ts';

export const handler = lambda('outputs', outputsEvent, (event, { env }) =>
  recordOutputs(event, {
    readText: async (key) => {
      const stored = await readText(env.CONTROL_BUCKET, key);
      return stored.kind === 'found' ? stored.text : undefined;
    },
    storeOutputs: (environment, guard, outputs) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, guard, { outputs }),
  }),
);
