import { updateRecord } from '../adapters/environments-table.ts';
import { readText } from '../adapters/objects.ts';
import { recordOutputs } from '../operations/record-outputs.ts';
import { lambda } from '../shared/middleware.ts';
import { outputsEvent } from '../shared/payloads.ts';

export const handler = lambda('outputs', outputsEvent, (event, { env }) =>
  recordOutputs(event, env.WANTED_OUTPUTS, {
    readText: (key) => textOf(env.CONTROL_BUCKET, key),
    readState: textOf,
    storeOutputs: (environment, guard, changes) => updateRecord(env.ENVIRONMENTS_TABLE, environment, guard, changes),
  }),
);

async function textOf(bucket: string, key: string): Promise<string | undefined> {
  const stored = await readText(bucket, key);
  return stored.kind === 'found' ? stored.text : undefined;
}
