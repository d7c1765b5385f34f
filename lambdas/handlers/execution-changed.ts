import { loadRecord, updateRecord } from '../adapters/environments-table.ts';
import { describeExecution, startExecution } from '../adapters/executions.ts';
import { publish } from '../adapters/notifications.ts';
import { readText } from '../adapters/objects.ts';
import { executionChanged } from '../operations/execution-changed.ts';
import { readEvidence } from '../operations/read-evidence.ts';
import { lambda } from '../shared/middleware.ts';
import { executionChangedEvent } from '../shared/payloads.ts';

export const handler = lambda('execution-changed', executionChangedEvent, (event, { env }) =>
  executionChanged(event, {
    describeExecution,
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    updateIfOwned: (environment, owner, changes) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { owner }, changes),
    readEvidence: (text) => readEvidence(text, (key) => readText(env.CONTROL_BUCKET, key)),
    startTeardown: (name, input) => startExecution(env.TEARDOWN_MACHINE_ARN, name, input),
    publish: (subject, message) => publish(env.NOTIFICATIONS_TOPIC_ARN, subject, message),
    now: Date.now,
  }),
);
