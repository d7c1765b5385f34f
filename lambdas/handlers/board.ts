import * as z from 'zod';
import { loadRecord } from '../aws/environments-table.ts';
import { callerAccount } from '../aws/identity.ts';
import { listKeys, readText, readVersion, replaceHtml, replaceJson } from '../aws/objects.ts';
import { listRecords } from '../aws/record-list.ts';
import { buildsOf } from '../aws/run-builds.ts';
import { underWay } from '../aws/under-way.ts';
import { manifest } from '../contracts/functions/board.ts';
import { environmentOf, writeBoard } from '../environment/write-board.ts';
import { lambda } from '../runtime/middleware.ts';

/** EventBridge and other functions invoke this function at every event of an environment, and every hour. */
export const handler = lambda(manifest, z.unknown(), (event, { env }) =>
  writeBoard(environmentOf(event), {
    accountId: callerAccount,
    region: env.MACHINE_ARNS.provision.split(':')[3] ?? '',
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    underWay: (machine) => underWay(env.MACHINE_ARNS[machine], machine),
    readText: (key) => readText(env.CONTROL_BUCKET, key),
    readVersion: (key) => readVersion(env.CONTROL_BUCKET, key),
    replacePage: (key, page, etag) => replaceHtml(env.CONTROL_BUCKET, key, page, etag),
    replaceJson: (key, value, etag) => replaceJson(env.CONTROL_BUCKET, key, value, etag),
    listKeys: (folder) => listKeys(env.CONTROL_BUCKET, folder),
    buildsOf: (run, since) => buildsOf([env.TERRAFORM_PROJECT, env.IMAGES_PROJECT], run, since),
    now: Date.now,
  }),
);
