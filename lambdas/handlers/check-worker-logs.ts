import { describeServices } from '../aws/ecs.ts';
import * as logs from '../aws/logs.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { lookAtLogs } from '../validation/observe-logs.ts';

export const handler = validator('worker-logs', ({ outputs }) =>
  lookAtLogs(outputs, logs, { describeServices }, systemClock),
);
