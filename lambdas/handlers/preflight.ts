import { loadRecord } from '../adapters/environments-table.ts';
import { callerAccount } from '../adapters/identity.ts';
import { taggedImage } from '../adapters/images.ts';
import { listRecords } from '../adapters/record-list.ts';
import { preflight } from '../operations/preflight.ts';
import { lambda } from '../shared/middleware.ts';
import { preflightEvent } from '../shared/request.ts';

export const handler = lambda('preflight', preflightEvent, (event, { env }) =>
  preflight(
    event,
    { env, region: process.env.AWS_REGION ?? '' },
    {
      accountId: callerAccount,
      loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
      listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
      taggedImage,
    },
  ),
);
