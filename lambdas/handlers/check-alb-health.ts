import { describeServices } from '../aws/ecs.ts';
import { callPublicHost } from '../aws/public-http.ts';
import * as loadBalancer from '../aws/target-groups.ts';
import { manifest } from '../contracts/functions/check-alb-health.ts';
import { validator } from '../runtime/validator.ts';
import { observeLoadBalancer } from '../validation/observe-load-balancer.ts';

export const handler = validator(manifest, ({ outputs }) =>
  observeLoadBalancer(outputs, loadBalancer, { describeServices }, callPublicHost),
);
