import { loadRecord, updateRecord } from '../aws/environments-table.ts';
import { readText } from '../aws/objects.ts';
import { ownership } from '../aws/ownership.ts';
import { manifest } from '../contracts/functions/outputs.ts';
import { outputsEvent } from '../contracts/payloads/plan.ts';
import { whileOwner } from '../environment/ownership.ts';
import { recordOutputs } from '../environment/record-outputs.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, outputsEvent, (event, invocation) => {
  const { env } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), () =>
    recordOutputs(
      event,
      { wanted: env.WANTED_OUTPUTS, lookups: env.LOOKUPS, namePattern: env.NAME_PATTERN },
      {
        readText: (key) => textOf(env.CONTROL_BUCKET, key),
        readState: textOf,
        loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
        now: Date.now,
        storeOutputs: (environment, guard, changes) =>
          updateRecord(env.ENVIRONMENTS_TABLE, environment, guard, changes),
      },
    ),
  );
});

async function textOf(bucket: string, key: string): Promise<string | undefined> {
  const stored = await readText(bucket, key);
  return stored.kind === 'found' ? stored.text : undefined;
}
