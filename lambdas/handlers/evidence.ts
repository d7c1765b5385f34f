import { updateRecord } from '../adapters/environments-table.ts';
import { writeHtml, writeJson } from '../adapters/objects.ts';
import { writeEvidence } from '../operations/write-evidence.ts';
import { describeError } from '../shared/aws-errors.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { evidenceEvent } from '../shared/request.ts';

export const handler = lambda('evidence', evidenceEvent, (event, { env, logger }) =>
  writeEvidence(event, {
    bucket: env.CONTROL_BUCKET,
    writeJson: (key, value) => writeJson(env.CONTROL_BUCKET, key, value),
    writePage: (key, page) =>
      writeHtml(env.CONTROL_BUCKET, key, page).then(
        () => true,
        (error: unknown) => {
          logger.warn(`${key} was not written: ${describeError(error)}`);
          return false;
        },
      ),
    recordValidation: (environment, run, lastValidation) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { run }, { lastValidation }),
    clock: systemClock,
  }),
);
