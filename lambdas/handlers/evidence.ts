import { updateRecord } from '../adapters/environments-table.ts';
import { emit } from '../adapters/metrics.ts';
import { tryWriteHtml, writeJson } from '../adapters/objects.ts';
import { writeEvidence } from '../operations/write-evidence.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { evidenceEvent } from '../shared/payloads.ts';

export const handler = lambda('evidence', evidenceEvent, (event, { env, logger }) =>
  writeEvidence(event, {
    bucket: env.CONTROL_BUCKET,
    checks: env.CHECKS,
    writeJson: (key, value) => writeJson(env.CONTROL_BUCKET, key, value),
    writePage: (key, page) => tryWriteHtml(env.CONTROL_BUCKET, key, page, (message) => logger.warn(message)),
    recordValidation: (environment, run, validation) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { run }, validation),
    emit,
    clock: systemClock,
  }),
);
