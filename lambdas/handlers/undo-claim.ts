import { loadRecord, updateLease } from '../aws/environments-table.ts';
import { heldEvent } from '../contracts/payloads.ts';
import { undoClaim } from '../environment/release-claim.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda('undo-claim', heldEvent, (event, { env }) =>
  undoClaim(event, {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    restore: (previous, changes) => updateLease(env.ENVIRONMENTS_TABLE, previous, changes),
  }),
);
