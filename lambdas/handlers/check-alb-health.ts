import { describeServices } from '../adapters/ecs.ts';
import { callPublicHost } from '../adapters/public-http.ts';
import * as balancer from '../adapters/target-groups.ts';
import { lookAtBalancer } from '../operations/look-at-balancer.ts';
import { validator } from '../shared/validator.ts';

export const handler = validator('alb-health', ({ outputs }) =>
  lookAtBalancer(outputs, balancer, { describeServices }, callPublicHost),
);
