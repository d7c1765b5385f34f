import * as z from 'zod';
import { loadRecord } from '../aws/environments-table.ts';
import { callerAccount } from '../aws/identity.ts';
import { publish } from '../aws/notifications.ts';
import { orphanPorts } from '../aws/orphan-ports.ts';
import { listRecords } from '../aws/record-list.ts';
import { manifest } from '../contracts/functions/orphans.ts';
import { lambda } from '../runtime/middleware.ts';
import { findOrphans } from '../sweep/find-orphans.ts';

/** A schedule invokes this function every hour, with an empty event. */
export const handler = lambda(manifest, z.object({}), async (_event, { env, logger, remainingMs }) => {
  const account = await callerAccount();
  const region = process.env.AWS_REGION ?? '';
  return findOrphans({
    about: { product: env.PROJECT, accountId: account, region },
    ...orphanPorts(env, { account, region, remainingMs }),
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    publish: (message) => publish(env, message, 'orphans', (text) => logger.warn(text)),
    remainingMs,
    now: Date.now,
  });
});
