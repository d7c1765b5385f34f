import { describeServices } from '../aws/ecs.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { lookAtServices } from '../validation/observe-services.ts';

export const handler = validator('ecs-services', ({ outputs, request }) =>
  lookAtServices(outputs, request, { describeServices }, systemClock),
);
