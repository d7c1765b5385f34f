import { describeServices } from '../aws/ecs.ts';
import * as logs from '../aws/logs.ts';
import { manifest } from '../contracts/functions/check-worker-logs.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { observeLogs } from '../validation/observe-logs.ts';

export const handler = validator(manifest, ({ outputs }) =>
  observeLogs(outputs, logs, { describeServices }, systemClock),
);
