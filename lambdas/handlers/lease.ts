import { loadRecord, updateLease } from '../adapters/environments-table.ts';
import { changeLease } from '../operations/lease.ts';
import { lambda } from '../shared/middleware.ts';
import { requestEvent } from '../shared/request.ts';

export const handler = lambda('lease', requestEvent, ({ request }, { env }) =>
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
