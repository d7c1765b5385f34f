import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import { isOwn } from './checks/alb-health.ts';
import { ConsumerMonitor } from './consumer-health.ts';
import { E2E_ORDER, ORDER_WORDING, placeOf } from './e2e-order.ts';
import type { JourneyPorts } from './journey-steps.ts';
import type { QueuesPort } from './observe-queues.ts';
import type { ServicesPort } from './observe-services.ts';
import { traceJourney } from './trace-journey.ts';

export interface OrderPorts extends JourneyPorts {
  loadBalancer: {
    /** Undefined when the target group does not exist. */
    loadBalancerNames(targetGroup: string): Promise<string[] | undefined>;
  };
  queues: QueuesPort;
  ecs: ServicesPort;
}

export interface OrderOptions {
  run: string;
  orders: number;
}

/** Sends orders to the order platform and traces each. The load balancer and the worker are asked about, too. */
export async function traceOrders(
  outputs: OutputsOf<'e2e-order'>,
  { run, orders }: OrderOptions,
  ports: OrderPorts,
): Promise<Conclusion> {
  const { http, logs, queues, ecs, loadBalancer, clock } = ports;
  const worker = new ConsumerMonitor(outputs, ecs, clock);
  return traceJourney(
    { journey: E2E_ORDER, place: placeOf(outputs), wording: ORDER_WORDING, run, requests: orders },
    {
      ...{ http, logs, queues, clock },
      async refusal() {
        const names = await loadBalancer.loadBalancerNames(outputs.api_target_group_arn);
        if (isOwn(names, outputs.alb_dns_name)) return undefined;
        return `${outputs.alb_dns_name} is not the address of the target group's load balancer`;
      },
      reasonStuck: (counts) => worker.reasonStuck(counts),
    },
  );
}
