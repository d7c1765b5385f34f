import { describeServices } from '../adapters/ecs.ts';
import { lookAtServices } from '../operations/look-at-services.ts';
import { systemClock } from '../shared/clock.ts';
import { validator } from '../shared/validator.ts';

export const handler = validator('ecs-services', ({ outputs, request }) =>
  lookAtServices(outputs, request.record?.taskDefinitions ?? {}, { describeServices }, systemClock),
);
