import { randomUUID } from 'node:crypto';
import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import {
  areDeleted,
  e2eOrder,
  isBack,
  type OrderJourney,
  type OrderObservation,
  onlyCountsTell,
} from './checks/e2e-order.ts';
import { type QueueCounts, total } from './checks/sqs-backlog.ts';
import { ConsumerMonitor } from './consumer-health.ts';
import { isOwn, type LoadBalancerPort } from './observe-load-balancer.ts';
import type { QueuesPort } from './observe-queues.ts';
import type { ServicesPort } from './observe-services.ts';
import {
  CLOCK_SKEW_MS,
  type JourneyPorts,
  readLogs,
  readStatus,
  send,
  type TracedOrder,
  unsent,
} from './order-journey.ts';

export interface OrderPorts extends JourneyPorts {
  loadBalancer: Pick<LoadBalancerPort, 'loadBalancerNames'>;
  queues: QueuesPort;
  ecs: ServicesPort;
}

export interface OrderOptions {
  run: string;
  orders: number;
}

/**
 * This is the first wait; later waits increase. A healthy worker is fast, and CloudWatch Logs accepts few searches a
 * second.
 */
const POLL_MS = 250;
const SLOWEST_POLL_MS = 2_000;
/** The function waits this long before it counts the queue again. */
const BETWEEN_COUNTS_MS = 750;
/** The deadline applies to the whole journey. The state machine retries an order that takes longer. */
const DEADLINE_MS = 90_000;
/** The queue has to be back twice, because one count may not have been updated by SQS yet. */
const TIMES_BACK = 2;
/** A healthy worker has received its message by then, and ECS is not asked. */
const PROMPT_MS = 3_000;
type Outputs = OutputsOf<'e2e-order'>;
type Queues = OrderObservation['before'];

/** A batch contains the orders that were sent together. */
interface Batch {
  /** The time is in milliseconds since the epoch, before the first order was sent. */
  started: number;
  /** These are the counts of the queues before the first order was sent. */
  before: Queues;
  /**
   * Each correlation id contains this id. One pattern finds the lines of all orders, because CloudWatch Logs accepts
   * few searches a second.
   */
  id: string;
  orders: readonly TracedOrder[];
}

/** The end says why the polling stopped. Without queues, they are counted once more. */
interface End {
  queues?: Queues;
  /** The text says why no worker will process the orders. */
  stuck?: string;
}

/** Sends orders and traces each until its message is deleted, it has failed, or the time is over. */
export async function traceOrders(outputs: Outputs, options: OrderOptions, ports: OrderPorts): Promise<Conclusion> {
  const batch = await sendAll(outputs, options, ports);
  const { queues, stuck } = await pollUntilEnd(batch, outputs, ports);
  return e2eOrder({
    orders: batch.orders.map(({ sentAt: _, ...journey }) => journey),
    before: batch.before,
    after: queues ?? (await bothQueues(outputs, ports.queues)),
    ...(stuck ? { stuck } : {}),
  });
}

async function sendAll(outputs: Outputs, { run, orders }: OrderOptions, ports: OrderPorts): Promise<Batch> {
  const { clock } = ports;
  const started = clock.now();
  const [before, names] = await Promise.all([
    bothQueues(outputs, ports.queues),
    ports.loadBalancer.loadBalancerNames(outputs.api_target_group_arn),
  ]);
  // An order must never be sent to a host that is not this environment's load balancer.
  const own = isOwn(names, outputs.alb_dns_name);
  const id = `runbook-${run}-${randomUUID()}`;
  const ids = Array.from({ length: orders }, (_, index) => `${id}-${index + 1}`);
  const sent = ids.map((one) => (own ? send(outputs, run, one, ports) : unsent(outputs, one, clock)));
  return { started, before, id, orders: await Promise.all(sent) };
}

async function pollUntilEnd(batch: Batch, outputs: Outputs, ports: OrderPorts): Promise<End> {
  const { clock } = ports;
  const { orders } = batch;
  const worker = new ConsumerMonitor(outputs, ports.ecs, clock);
  let timesBack = 0;
  let pollMs = POLL_MS;
  // The first poll is immediate, because otherwise it would never see a PENDING order of a fast worker.
  while (clock.now() - batch.started < DEADLINE_MS) {
    await Promise.all(orders.map((order) => readStatus(order, outputs, ports)));
    const late = clock.now() - batch.started > PROMPT_MS;
    const queues = await readQueuesAndLogs(batch, late, outputs, ports);
    if (orders.some(isTerminal)) return {};
    const stuck = late && orders.some(isWaiting) && (await reasonStuck(worker, outputs, ports.queues));
    if (stuck) return { stuck };
    if (queues && orders.every(isDone)) {
      timesBack = onlyCountsTell(orders) && isBack({ before: batch.before, after: queues }) ? timesBack + 1 : 0;
      if (areDeleted(orders) || timesBack >= TIMES_BACK) return { queues };
      if (total(queues.deadLetters) > total(batch.before.deadLetters)) return {};
    }
    await clock.sleep(orders.every(isDone) ? BETWEEN_COUNTS_MS : pollMs);
    pollMs = Math.min(1.5 * pollMs, SLOWEST_POLL_MS);
  }
  return {};
}

/** @returns the queues, after every order is processed */
async function readQueuesAndLogs(
  { orders, started, id }: Batch,
  late: boolean,
  outputs: Outputs,
  ports: OrderPorts,
): Promise<Queues | undefined> {
  const [queues] = await Promise.all([
    orders.every(isProcessed) ? bothQueues(outputs, ports.queues) : undefined,
    // Before the worker has received an order, its log contains no line about it.
    late || !orders.every(isPending)
      ? readLogs(orders, outputs, ports, { text: id, since: started - CLOCK_SKEW_MS })
      : undefined,
  ]);
  return queues;
}

function isTerminal(order: OrderJourney): boolean {
  return !order.orderId || order.states.at(-1)?.status === 'FAILED';
}

function isPending({ states }: OrderJourney): boolean {
  return (states.at(-1)?.status ?? 'PENDING') === 'PENDING';
}

/** Reports whether nothing shows that the worker has received the order. */
function isWaiting(order: OrderJourney): boolean {
  return !order.consumed && isPending(order);
}

function isProcessed({ states }: OrderJourney): boolean {
  return states.at(-1)?.status === 'PROCESSED';
}

function isDone(order: OrderJourney): boolean {
  return Boolean(order.stored && order.consumed && order.processed && isProcessed(order));
}

async function reasonStuck(worker: ConsumerMonitor, outputs: Outputs, queues: QueuesPort) {
  const url = outputs.order_events_queue_url;
  return worker.reasonStuck(found(await queues.queueCounts(url), url));
}

async function bothQueues(outputs: Outputs, queues: QueuesPort): Promise<Queues> {
  const [queue, deadLetters] = await Promise.all([
    queues.queueCounts(outputs.order_events_queue_url),
    queues.queueCounts(outputs.order_events_dlq_url),
  ]);
  return {
    queue: found(queue, outputs.order_events_queue_url),
    deadLetters: found(deadLetters, outputs.order_events_dlq_url),
  };
}

function found(counts: QueueCounts | undefined, url: string): QueueCounts {
  if (!counts) throw new UnexpectedResponseError(`queue ${url} does not exist`);
  return counts;
}
