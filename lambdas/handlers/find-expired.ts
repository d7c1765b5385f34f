import { bucketTags } from '../aws/bucket-versions.ts';
import { loadRaw, replaceRaw } from '../aws/environments-table.ts';
import { executionStatus } from '../aws/executions.ts';
import { callerAccount } from '../aws/identity.ts';
import { writeJson } from '../aws/objects.ts';
import { listRecords } from '../aws/record-list.ts';
import type { EnvironmentOf } from '../contracts/environment-variables.ts';
import { manifest } from '../contracts/functions/find-expired.ts';
import { environmentNames } from '../contracts/naming.ts';
import { findExpiredEvent } from '../contracts/payloads/lease.ts';
import { findExpired } from '../environment/find-expired.ts';
import { instantOf } from '../runtime/clock.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, findExpiredEvent, (event, { env }) =>
  findExpired(event, {
    project: env.PROJECT,
    protectDays: env.MAX_PROTECT_DAYS,
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    loadRaw: (environment) => loadRaw(env.ENVIRONMENTS_TABLE, environment),
    backendTags: async (environment) => {
      const account = await callerAccount();
      return bucketTags(namesOf(env, environment, account).stateBucket, account);
    },
    backendNames: async (environment) => namesOf(env, environment, await callerAccount()),
    async replaceRaw(item, next) {
      const key = `environments/${next.environment}/unreadable-records/${instantOf(Date.now())}.json`;
      await writeJson(env.CONTROL_BUCKET, key, item);
      return replaceRaw(env.ENVIRONMENTS_TABLE, item, next);
    },
    executionStatus,
    now: Date.now,
  }),
);

function namesOf(env: EnvironmentOf<typeof manifest>, environment: string, account: string) {
  return environmentNames(env.NAME_PATTERN, environment, account, env.BACKEND_NAMES ?? undefined);
}
