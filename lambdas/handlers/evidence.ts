import { loadRecord, verdictPorts } from '../aws/environments-table.ts';
import { emit } from '../aws/metrics.ts';
import { tryWriteHtml, writeJson } from '../aws/objects.ts';
import { manifest } from '../contracts/functions/evidence.ts';
import { evidenceEvent } from '../contracts/payloads/validation.ts';
import { recordVerdict } from '../environment/record-verdict.ts';
import { systemClock } from '../runtime/clock.ts';
import { lambda } from '../runtime/middleware.ts';
import { writeEvidence } from '../validation/write-evidence.ts';

export const handler = lambda(manifest, evidenceEvent, (event, { env, logger }) =>
  writeEvidence(event, {
    bucket: env.CONTROL_BUCKET,
    checks: env.CHECKS,
    writeJson: (key, value) => writeJson(env.CONTROL_BUCKET, key, value),
    writePage: (key, page) => tryWriteHtml(env.CONTROL_BUCKET, key, page, (message) => logger.warn(message)),
    loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
    recordValidation: (environment, run, validation, seen) =>
      recordVerdict(environment, run, validation, verdictPorts(env.ENVIRONMENTS_TABLE), seen),
    emit,
    clock: systemClock,
  }),
);
