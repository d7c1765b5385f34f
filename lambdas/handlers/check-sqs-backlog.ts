import { describeServices } from '../aws/ecs.ts';
import * as queues from '../aws/queues.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { observeQueues } from '../validation/observe-queues.ts';

export const handler = validator(
  'sqs-backlog',
  ({ outputs }) => observeQueues(outputs, queues, { describeServices }, systemClock),
  'once',
);
