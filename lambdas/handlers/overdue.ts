import { listRecords } from '../adapters/environments-table.ts';
import { executionStatus } from '../adapters/executions.ts';
import { findOverdue } from '../operations/find-overdue.ts';
import { lambda } from '../shared/middleware.ts';
import { overdueEvent } from '../shared/payloads.ts';

export const handler = lambda('overdue', overdueEvent, (event, { env }) =>
  findOverdue(event, { listRecords: () => listRecords(env.ENVIRONMENTS_TABLE), executionStatus, now: Date.now }),
);
