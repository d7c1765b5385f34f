import { describeServices } from '../aws/ecs.ts';
import { manifest } from '../contracts/functions/check-ecs-services.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { observeServices } from '../validation/observe-services.ts';

export const handler = validator(manifest, ({ outputs, request }) =>
  observeServices(outputs, request, { describeServices }, systemClock),
);
