import { describeServices } from '../aws/ecs.ts';
import { callPublicHost } from '../aws/public-http.ts';
import * as balancer from '../aws/target-groups.ts';
import { validator } from '../runtime/validator.ts';
import { lookAtBalancer } from '../validation/observe-load-balancer.ts';

export const handler = validator('alb-health', ({ outputs }) =>
  lookAtBalancer(outputs, balancer, { describeServices }, callPublicHost),
);
