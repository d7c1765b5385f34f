import { loadRecord } from '../aws/environments-table.ts';
import { callerAccount } from '../aws/identity.ts';
import { taggedImage } from '../aws/images.ts';
import { listRecords } from '../aws/record-list.ts';
import { bucketPlace } from '../aws/state-bucket.ts';
import { manifest } from '../contracts/functions/preflight.ts';
import { preflightEvent } from '../contracts/request.ts';
import { preflight } from '../environment/preflight.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, preflightEvent, (event, { env }) =>
  preflight(
    event,
    { env, region: process.env.AWS_REGION ?? '' },
    {
      accountId: callerAccount,
      loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
      listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
      taggedImage,
      bucketPlace,
    },
  ),
);
