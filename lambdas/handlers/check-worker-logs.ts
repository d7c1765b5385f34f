import { describeServices } from '../adapters/ecs.ts';
import * as logs from '../adapters/logs.ts';
import { lookAtLogs } from '../operations/look-at-logs.ts';
import { systemClock } from '../shared/clock.ts';
import { validator } from '../shared/validator.ts';

export const handler = validator('worker-logs', ({ outputs }) =>
  lookAtLogs(outputs, logs, { describeServices }, systemClock),
);
