import { describeServices } from '../aws/ecs.ts';
import * as queues from '../aws/queues.ts';
import { manifest } from '../contracts/functions/check-sqs-backlog.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { observeQueues } from '../validation/observe-queues.ts';

export const handler = validator(
  manifest,
  ({ outputs }) => observeQueues(outputs, queues, { describeServices }, systemClock),
  'once',
);
