import { describeServices } from '../adapters/ecs.ts';
import { findLines } from '../adapters/logs.ts';
import { callPublicHost } from '../adapters/public-http.ts';
import * as queues from '../adapters/queues.ts';
import { loadBalancerNames } from '../adapters/target-groups.ts';
import { followOrders } from '../operations/follow-orders.ts';
import { systemClock } from '../shared/clock.ts';
import { validator } from '../shared/validator.ts';

/** Of a request that does not say. */
const ORDERS = 1;

export const handler = validator(
  'e2e-order',
  ({ outputs, request }) =>
    followOrders(
      outputs,
      { run: request.run, orders: request.orders ?? ORDERS },
      {
        http: callPublicHost,
        balancer: { loadBalancerNames },
        logs: { findLines },
        queues,
        ecs: { describeServices },
        clock: systemClock,
      },
    ),
  'once',
);
