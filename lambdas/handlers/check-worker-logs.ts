import { describeServices } from '../aws/ecs.ts';
import * as logs from '../aws/logs.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { observeLogs } from '../validation/observe-logs.ts';

export const handler = validator('worker-logs', ({ outputs }) =>
  observeLogs(outputs, logs, { describeServices }, systemClock),
);
