import { loadRecord, updateLease } from '../aws/environments-table.ts';
import { manifest } from '../contracts/functions/release-claim.ts';
import { releaseClaimEvent } from '../contracts/payloads/ownership.ts';
import { releaseClaim } from '../environment/release-claim.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, releaseClaimEvent, (event, { env }) =>
  releaseClaim(event, {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    revert: (previous, changes) => updateLease(env.ENVIRONMENTS_TABLE, previous, changes),
  }),
);
