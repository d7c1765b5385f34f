import { describeServices } from '../aws/ecs.ts';
import { findLines } from '../aws/logs.ts';
import { callPublicHost } from '../aws/public-http.ts';
import * as queues from '../aws/queues.ts';
import { loadBalancerNames } from '../aws/target-groups.ts';
import { manifest } from '../contracts/functions/check-e2e-order.ts';
import { systemClock } from '../runtime/clock.ts';
import { validator } from '../runtime/validator.ts';
import { traceOrders } from '../validation/trace-orders.ts';

/** A request without a number of orders has this one. */
const ORDERS = 1;

export const handler = validator(
  manifest,
  ({ outputs, request }) =>
    traceOrders(
      outputs,
      { run: request.run, orders: request.orders ?? ORDERS },
      {
        http: callPublicHost,
        loadBalancer: { loadBalancerNames },
        logs: { findLines },
        queues,
        ecs: { describeServices },
        clock: systemClock,
      },
    ),
  'once',
);
