import { bucketTags } from '../adapters/bucket-versions.ts';
import { loadRaw, removeRaw } from '../adapters/environments-table.ts';
import { executionStatus } from '../adapters/executions.ts';
import { callerAccount } from '../adapters/identity.ts';
import { writeJson } from '../adapters/objects.ts';
import { listRecords } from '../adapters/record-list.ts';
import { findOverdue } from '../operations/find-overdue.ts';
import { instantOf } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { environmentNames } from '../shared/naming.ts';
import { overdueEvent } from '../shared/payloads.ts';

export const handler = lambda('overdue', overdueEvent, (event, { env }) =>
  findOverdue(event, {
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
