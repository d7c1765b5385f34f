import { updateRecord } from '../adapters/environments-table.ts';
import { readText } from '../adapters/objects.ts';
import { ownership } from '../adapters/ownership.ts';
import { whileOwner } from '../operations/ownership.ts';
import { recordOutputs } from '../operations/record-outputs.ts';
import { lambda } from '../shared/middleware.ts';
import { heldEvent } from '../shared/payloads.ts';

export const handler = lambda('outputs', heldEvent, (event, invocation) => {
  const { env } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    recordOutputs(event, env.WANTED_OUTPUTS, {
      readText: (key) => textOf(env.CONTROL_BUCKET, key),
      readState: textOf,
      storeOutputs: (environment, guard, changes) => updateRecord(env.ENVIRONMENTS_TABLE, environment, guard, changes),
    }),
  );
});

async function textOf(bucket: string, key: string): Promise<string | undefined> {
  const stored = await readText(bucket, key);
  return stored.kind === 'found' ? stored.text : undefined;
}
