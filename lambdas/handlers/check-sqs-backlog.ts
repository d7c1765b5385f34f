import { describeServices } from '../adapters/ecs.ts';
import * as queues from '../adapters/queues.ts';
import { lookAtQueues } from '../operations/look-at-queues.ts';
import { systemClock } from '../shared/clock.ts';
import { validator } from '../shared/validator.ts';

export const handler = validator(
  'sqs-backlog',
  ({ outputs }) => lookAtQueues(outputs, queues, { describeServices }, systemClock),
  'once',
);
