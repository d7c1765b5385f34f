import { updateRecord } from '../adapters/environments-table.ts';
import { executionStatus, startExecution } from '../adapters/executions.ts';
import { publish } from '../adapters/notifications.ts';
import { executionEnded } from '../operations/execution-ended.ts';
import { lambda } from '../shared/middleware.ts';
import { executionEndedEvent } from '../shared/request.ts';

export const handler = lambda('execution-ended', executionEndedEvent, (event, { env }) =>
  executionEnded(event, {
    executionStatus,
    updateIfOwned: (environment, owner, changes) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { owner }, changes),
    startTeardown: (name, input) => startExecution(env.TEARDOWN_MACHINE_ARN, name, input),
    publish: (subject, message) => publish(env.NOTIFICATIONS_TOPIC_ARN, subject, message),
  }),
);
