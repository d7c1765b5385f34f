import { loadRecord, updateLease } from '../adapters/environments-table.ts';
import { undoClaim } from '../operations/undo-claim.ts';
import { lambda } from '../shared/middleware.ts';
import { heldEvent } from '../shared/payloads.ts';

export const handler = lambda('undo-claim', heldEvent, (event, { env }) =>
  undoClaim(event, {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    restore: (previous, changes) => updateLease(env.ENVIRONMENTS_TABLE, previous, changes),
  }),
);
