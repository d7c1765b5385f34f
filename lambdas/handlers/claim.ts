import { buildsInProgress, unfinishedBuilds } from '../aws/builds.ts';
import { loadRecord, replaceRecord, touchRecord } from '../aws/environments-table.ts';
import { describeExecution, stopExecution } from '../aws/executions.ts';
import { copyObject, objectExists, writeJson } from '../aws/objects.ts';
import { manifest } from '../contracts/functions/claim.ts';
import { claimEvent } from '../contracts/payloads/ownership.ts';
import { claim } from '../environment/claim.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, claimEvent, (event, { env }) =>
  claim(event, {
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    replaceRecord: (next, previous) => replaceRecord(env.ENVIRONMENTS_TABLE, next, previous),
    touchRecord: (environment, claimed) => touchRecord(env.ENVIRONMENTS_TABLE, environment, claimed),
    describeExecution,
    stopExecution,
    buildsInProgress: (environment) =>
      buildsInProgress([env.TERRAFORM_PROJECT, env.IMAGES_PROJECT], environment, Date.now()),
    unfinishedBuilds,
    copyBundle: async (key, ifMissing) => {
      if (ifMissing && (await objectExists(env.CONTROL_BUCKET, key))) return;
      await copyObject({ bucket: env.BUNDLE_BUCKET, key: env.BUNDLE_KEY }, { bucket: env.CONTROL_BUCKET, key });
    },
    writeInputs: (key, variables) => writeJson(env.CONTROL_BUCKET, key, variables),
    bundleSha256: env.BUNDLE_SHA256,
    now: Date.now,
  }),
);
