import * as z from 'zod';
import { loadRecord } from '../adapters/environments-table.ts';
import { callerAccount } from '../adapters/identity.ts';
import { publish } from '../adapters/notifications.ts';
import { orphanPorts } from '../adapters/orphan-ports.ts';
import { listRecords } from '../adapters/record-list.ts';
import { findOrphans } from '../operations/find-orphans.ts';
import { lambda } from '../shared/middleware.ts';

/** Called every hour, with nothing to say. */
export const handler = lambda('orphans', z.object({}), async (_event, { env, remainingMs }) => {
  const account = await callerAccount();
  return findOrphans({
    ...orphanPorts(env, { account, region: process.env.AWS_REGION ?? '', remainingMs }),
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    publish: (subject, text) => publish(env.NOTIFICATIONS_TOPIC_ARN, subject, text),
    remainingMs,
    now: Date.now,
  });
});
