import { loadRecord, updateRecord } from '../aws/environments-table.ts';
import { describeExecution, startExecution } from '../aws/executions.ts';
import { start } from '../aws/functions.ts';
import { emit } from '../aws/metrics.ts';
import { publish } from '../aws/notifications.ts';
import { readText, writeJson } from '../aws/objects.ts';
import { tryLinkTo } from '../aws/report-links.ts';
import { messageKey } from '../contracts/board.ts';
import { manifest } from '../contracts/functions/execution-changed.ts';
import { executionChangedEvent } from '../contracts/payloads/execution-changed.ts';
import { executionChanged } from '../environment/execution-changed.ts';
import { readEvidence } from '../notifications/read-evidence.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, executionChangedEvent, (event, { env, logger }) =>
  executionChanged(event, {
    product: env.PROJECT,
    describeExecution,
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    updateIfOwned: (environment, owner, changes) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { owner }, changes),
    readEvidence: (text) => readEvidence(text, (key) => readText(env.CONTROL_BUCKET, key)),
    linkTo: (page) =>
      tryLinkTo(env.REPORT_READER_ROLE_ARN, env.CONTROL_BUCKET, page.replace(/^s3:\/\/[^/]+\//, ''), (text) =>
        logger.warn(text),
      ),
    startTeardown: (name, input) => startExecution(env.TEARDOWN_MACHINE_ARN, name, input),
    publish: (message) => publish(env, message, 'execution', (text) => logger.warn(text)),
    emit,
    keepMessage: (environment, run, message) =>
      writeJson(env.CONTROL_BUCKET, messageKey(environment, run, message), message),
    writeBoard: (environment) => start(env.BOARD_FUNCTION, environment === undefined ? {} : { environment }),
    warn: (message) => logger.warn(message),
    now: Date.now,
  }),
);
