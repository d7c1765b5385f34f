import { loadRecord, verdictPorts } from '../aws/environments-table.ts';
import { emit } from '../aws/metrics.ts';
import { readText, readVersion, replaceJson, tryWriteHtml } from '../aws/objects.ts';
import { isSignedBy, trySign } from '../aws/signer.ts';
import { manifest } from '../contracts/functions/verdict.ts';
import { verdictEvent } from '../contracts/sweep-request.ts';
import { recordVerdict } from '../environment/record-verdict.ts';
import { systemClock } from '../runtime/clock.ts';
import { lambda } from '../runtime/middleware.ts';
import { certifySweep } from '../sweep/certify-sweep.ts';
import { storedInventory } from '../sweep/take-inventory.ts';

export const handler = lambda(manifest, verdictEvent, (event, { env, logger }) => {
  const read = (key: string) => readText(env.CONTROL_BUCKET, key);
  return certifySweep(event, {
    bucket: env.CONTROL_BUCKET,
    read,
    readVersion: (key) => readVersion(env.CONTROL_BUCKET, key),
    sign: (content) => trySign(env.CERTIFICATE_KEY_ARN, content, (message) => logger.warn(message)),
    isSigned: (content) => isSignedBy(env.CERTIFICATE_KEY_ARN, content, (message) => logger.warn(message)),
    replaceJson: (key, value, etag) => replaceJson(env.CONTROL_BUCKET, key, value, etag, env.CERTIFICATE_LOCK_DAYS),
    writePage: (key, page) => tryWriteHtml(env.CONTROL_BUCKET, key, page, (message) => logger.warn(message)),
    inventory: () => storedInventory(event.request.keys.inventory, read),
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    recordSweep: (environment, run, lastSweep) =>
      recordVerdict(environment, run, { lastSweep }, verdictPorts(env.ENVIRONMENTS_TABLE)),
    emit,
    clock: systemClock,
  });
});
