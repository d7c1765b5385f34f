import { loadRecord, updateRecord } from '../aws/environments-table.ts';
import { describeExecution, startExecution } from '../aws/executions.ts';
import { publish } from '../aws/notifications.ts';
import { readText } from '../aws/objects.ts';
import { manifest } from '../contracts/functions/execution-changed.ts';
import { executionChangedEvent } from '../contracts/payloads.ts';
import { executionChanged } from '../environment/execution-changed.ts';
import { readEvidence } from '../notifications/read-evidence.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, executionChangedEvent, (event, { env }) =>
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
