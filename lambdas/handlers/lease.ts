import { loadRecord, updateLease } from '../aws/environments-table.ts';
import { manifest } from '../contracts/functions/lease.ts';
import { leaseEvent } from '../contracts/payloads/lease.ts';
import { changeLease } from '../environment/lease.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, leaseEvent, ({ request }, { env }) =>
  changeLease(
    request,
    { maxLifeHours: env.MAX_LIFE_HOURS, maxProtectDays: env.MAX_PROTECT_DAYS },
    {
      loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
      updateLease: (previous, changes) => updateLease(env.ENVIRONMENTS_TABLE, previous, changes),
      now: Date.now,
    },
  ),
);
