import { bucketTags } from '../aws/bucket-versions.ts';
import { loadRaw, removeRaw } from '../aws/environments-table.ts';
import { executionStatus } from '../aws/executions.ts';
import { callerAccount } from '../aws/identity.ts';
import { writeJson } from '../aws/objects.ts';
import { listRecords } from '../aws/record-list.ts';
import { manifest } from '../contracts/functions/find-expired.ts';
import { environmentNames } from '../contracts/naming.ts';
import { findExpiredEvent } from '../contracts/payloads.ts';
import { findExpired } from '../environment/find-expired.ts';
import { instantOf } from '../runtime/clock.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, findExpiredEvent, (event, { env }) =>
  findExpired(event, {
    project: env.PROJECT,
    protectDays: env.MAX_PROTECT_DAYS,
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    loadRaw: (environment) => loadRaw(env.ENVIRONMENTS_TABLE, environment),
    async backendTags(environment) {
      const account = await callerAccount();
      return bucketTags(environmentNames(env.NAME_PATTERN, environment, account).stateBucket, account);
    },
    async setAside(environment, item) {
      const key = `environments/${environment}/unreadable-records/${instantOf(Date.now())}.json`;
      await writeJson(env.CONTROL_BUCKET, key, item);
      return removeRaw(env.ENVIRONMENTS_TABLE, environment, item);
    },
    executionStatus,
    now: Date.now,
  }),
);
