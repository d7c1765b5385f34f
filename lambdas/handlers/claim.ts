import { buildsInProgress } from '../adapters/builds.ts';
import { loadRecord, replaceRecord } from '../adapters/environments-table.ts';
import { executionStatus, stopExecution } from '../adapters/executions.ts';
import { copyObject, objectExists } from '../adapters/objects.ts';
import { claim } from '../operations/claim.ts';
import { lambda } from '../shared/middleware.ts';
import { requestEvent } from '../shared/request.ts';

export const handler = lambda('claim', requestEvent, ({ request }, { env }) =>
  claim(request, {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    replaceRecord: (next, previous) => replaceRecord(env.ENVIRONMENTS_TABLE, next, previous),
    executionStatus,
    stopExecution,
    buildsInProgress: (environment) =>
      buildsInProgress([env.TERRAFORM_PROJECT, env.IMAGES_PROJECT], environment, Date.now()),
    copyBundle: async (key, ifMissing) => {
      if (ifMissing && (await objectExists(env.CONTROL_BUCKET, key))) return;
      await copyObject({ bucket: env.BUNDLE_BUCKET, key: env.BUNDLE_KEY }, { bucket: env.CONTROL_BUCKET, key });
    },
    now: Date.now,
  }),
);
