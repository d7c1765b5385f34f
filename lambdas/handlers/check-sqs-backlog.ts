import { describeServices } from '../aws/ecs.ts';
import * as queues from '../aws/queues.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { lookAtQueues } from '../validation/observe-queues.ts';

export const handler = validator(
  'sqs-backlog',
  ({ outputs }) => lookAtQueues(outputs, queues, { describeServices }, systemClock),
  'once',
);
