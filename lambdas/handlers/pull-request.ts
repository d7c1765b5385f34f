import { loadRecord } from '../aws/environments-table.ts';
import { startExecution } from '../aws/executions.ts';
import { listRecords } from '../aws/record-list.ts';
import { manifest } from '../contracts/functions/pull-request.ts';
import { pullRequestEvent } from '../contracts/pull-request.ts';
import { pullRequest } from '../environment/pull-request.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, pullRequestEvent, (event, { env }) =>
  pullRequest(event, {
    prefix: env.PULL_REQUEST_PREFIX,
    bucket: env.CONTROL_BUCKET,
    hasImages: env.IMAGES.length > 0,
    machineArns: env.MACHINE_ARNS,
    startExecution,
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    now: Date.now,
  }),
);
