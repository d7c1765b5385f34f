import { describeServices } from '../aws/ecs.ts';
import { callPublicHost } from '../aws/public-http.ts';
import * as loadBalancer from '../aws/target-groups.ts';
import { validator } from '../runtime/validator.ts';
import { observeLoadBalancer } from '../validation/observe-load-balancer.ts';

export const handler = validator('alb-health', ({ outputs }) =>
  observeLoadBalancer(outputs, loadBalancer, { describeServices }, callPublicHost),
);
