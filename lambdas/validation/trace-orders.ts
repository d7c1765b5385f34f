import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import type { Clock } from '../runtime/clock.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { HttpObservation } from './checks/alb-health.ts';
import {
  areDeleted,
  e2eOrder,
  isBack,
  type OrderJourney,
  type OrderObservation,
  onlyCountsTell,
  type Sighting,
} from './checks/e2e-order.ts';
import { type QueueCounts, total } from './checks/sqs-backlog.ts';
import type { LogLine } from './checks/worker-logs.ts';
import { ConsumerMonitor } from './consumer-health.ts';
import { type HttpPort, isOwn, type LoadBalancerPort } from './observe-load-balancer.ts';
import type { LogsPort } from './observe-logs.ts';
import type { QueuesPort } from './observe-queues.ts';
import type { ServicesPort } from './observe-services.ts';

export interface OrderPorts {
  http: HttpPort;
  loadBalancer: Pick<LoadBalancerPort, 'loadBalancerNames'>;
  logs: Pick<LogsPort, 'findLines'>;
  queues: QueuesPort;
  ecs: ServicesPort;
  clock: Clock;
}

export interface OrderOptions {
  run: string;
  orders: number;
}

/** The first wait, which grows: a worker that is well is fast, and CloudWatch Logs takes few searches a second. */
const POLL_MS = 250;
const SLOWEST_POLL_MS = 2_000;
/** Before the queue is counted again. */
const BETWEEN_COUNTS_MS = 750;
/** For the whole journey. An order that takes longer is tried anew by the state machine. */
const DEADLINE_MS = 90_000;
/** The queue is back where it was only when it is so twice: once may be a count that SQS has not updated yet. */
const TIMES_BACK = 2;
/** A worker that is well has taken its message by then, and ECS need not be asked. */
const PROMPT_MS = 3_000;
/** Clocks of the containers and ours may differ. */
const CLOCK_SKEW_MS = 10_000;

const created = z.object({ orderId: z.string().min(1) });
const readBack = z.object({
  id: z.string(),
  status: z.string(),
  retryCount: z.number(),
  failureReason: z.string().nullish(),
  createdAt: z.unknown().optional(),
  updatedAt: z.unknown().optional(),
});

interface TracedOrder extends OrderJourney {
  sentAt: number;
}

/** Sends orders and follows each until its message is gone, it has failed, or the time is up. */
export async function traceOrders(
  outputs: OutputsOf<'e2e-order'>,
  options: OrderOptions,
  ports: OrderPorts,
): Promise<Conclusion> {
  const { clock } = ports;
  const started = clock.now();
  // An order is never sent to a stranger.
  const [before, loadBalancers] = await Promise.all([
    bothQueues(outputs, ports.queues),
    ports.loadBalancer.loadBalancerNames(outputs.api_target_group_arn),
  ]);
  const own = isOwn(loadBalancers, outputs.alb_dns_name);
  // One pattern finds the lines of all of them: CloudWatch Logs takes few searches a second.
  const batch = `runbook-${options.run}-${randomUUID()}`;
  const orders = await Promise.all(
    Array.from({ length: options.orders }, (_, index) => {
      const correlationId = `${batch}-${index + 1}`;
      return own ? send(outputs, options.run, correlationId, ports) : unsent(outputs, correlationId, clock);
    }),
  );
  let after = before;
  let timesBack = 0;
  let settled = false;
  const worker = new ConsumerMonitor(outputs, ports.ecs, clock);
  let stuck: string | undefined;
  let pollMs = POLL_MS;
  const pause = () => clock.sleep(orders.every(isDone) ? BETWEEN_COUNTS_MS : pollMs);
  // The first look comes at once, or a fast worker is never seen with a PENDING order.
  for (; clock.now() - started < DEADLINE_MS; await pause(), pollMs = Math.min(1.5 * pollMs, SLOWEST_POLL_MS)) {
    await Promise.all(orders.map((order) => readStatus(order, outputs, ports)));
    const late = clock.now() - started > PROMPT_MS;
    const [counts] = await Promise.all([
      orders.every(isProcessed) ? bothQueues(outputs, ports.queues) : after,
      // Before the worker has taken an order, its log has nothing to say of it.
      late || !orders.every(isPending)
        ? readLogs(orders, outputs, ports, { text: batch, since: started - CLOCK_SKEW_MS })
        : undefined,
    ]);
    if (orders.some(isTerminal)) break;
    if (late && orders.some(isWaiting)) {
      stuck = await reasonStuck(worker, outputs, ports.queues);
      if (stuck) break;
    }
    if (!orders.every(isDone)) continue;
    after = counts;
    settled = areDeleted(orders);
    timesBack = onlyCountsTell(orders) && isBack({ before, after }) ? timesBack + 1 : 0;
    settled ||= timesBack >= TIMES_BACK;
    if (settled || total(after.deadLetters) > total(before.deadLetters)) break;
  }
  if (!settled) after = await bothQueues(outputs, ports.queues);
  const journeys = orders.map(({ sentAt: _, ...journey }) => journey);
  return e2eOrder({ orders: journeys, before, after, ...(stuck ? { stuck } : {}) });
}

function unsent({ alb_dns_name }: OutputsOf<'e2e-order'>, correlationId: string, clock: Clock): TracedOrder {
  const message = `${alb_dns_name} is not the address of the target group's load balancer`;
  return { correlationId, sent: { kind: 'refused', message }, sentAt: clock.now(), states: [] };
}

async function send(
  outputs: OutputsOf<'e2e-order'>,
  run: string,
  correlationId: string,
  { http, clock }: OrderPorts,
): Promise<TracedOrder> {
  const sentAt = clock.now();
  const sent = await http({
    host: outputs.alb_dns_name,
    path: '/orders',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': correlationId },
    body: JSON.stringify({ customerId: `runbook-${run}`, amount: 123 }),
  });
  const answer = sent.kind === 'answer' && sent.status === 202 ? created.safeParse(parseJson(sent)) : undefined;
  return { correlationId, sent, sentAt, states: [], ...(answer?.success ? { orderId: answer.data.orderId } : {}) };
}

async function readStatus(
  order: TracedOrder,
  outputs: OutputsOf<'e2e-order'>,
  { http, clock }: OrderPorts,
): Promise<void> {
  if (!order.orderId || ['PROCESSED', 'FAILED'].includes(order.states.at(-1)?.status ?? '')) return;
  const answer = await http({ host: outputs.alb_dns_name, path: `/orders/${encodeURIComponent(order.orderId)}` });
  if (answer.kind !== 'answer' || answer.status !== 200) return;
  const parsed = readBack.safeParse(parseJson(answer));
  if (!parsed.success || parsed.data.id !== order.orderId) return;
  const { status, retryCount, failureReason, createdAt, updatedAt } = parsed.data;
  order.stored ??= recordFirstSeen(order, `GET /orders/${order.orderId} is 200`, timeOf(createdAt), clock);
  if (order.states.at(-1)?.status !== status) {
    order.states.push({ ...recordFirstSeen(order, 'read back', timeOf(updatedAt), clock), status, retryCount });
  }
  if (failureReason) order.failureReason = failureReason;
}

/** What the services say of the orders. CloudWatch filters roughly: its lines are only candidates. */
async function readLogs(
  orders: readonly TracedOrder[],
  { log_group_api, log_group_worker }: OutputsOf<'e2e-order'>,
  { logs, clock }: OrderPorts,
  { text, since }: { text: string; since: number },
): Promise<void> {
  const search = async (group: string, wanted: boolean) =>
    wanted ? (await logs.findLines({ group, since, pattern: JSON.stringify(text) })).lines : [];
  const sent = orders.filter(({ orderId }) => orderId);
  const [api, worker] = await Promise.all([
    search(
      log_group_api,
      sent.some(({ published }) => !published),
    ),
    search(
      log_group_worker,
      sent.some(({ consumed, processed, deleted }) => !consumed || !processed || !deleted),
    ),
  ]);
  for (const order of sent) {
    // And not about the order whose number begins with the same digits.
    const about = new RegExp(`${order.correlationId}(?!\\d)`);
    const own = (lines: readonly LogLine[], words: string) =>
      lines.find(({ message }) => message.includes(words) && about.test(message));
    const tell = (what: 'published' | 'consumed' | 'processed' | 'deleted', line: LogLine | undefined) => {
      if (line) order[what] ??= recordFirstSeen(order, line.message.slice(0, 300), line.at, clock);
    };
    tell('published', own(api, 'event published'));
    tell('consumed', own(worker, 'SQS message received'));
    tell('processed', own(worker, `Order ${order.orderId} PROCESSED`));
    tell('deleted', own(worker, 'SQS message deleted'));
    const refusal = own(worker, 'message could not be deleted');
    if (refusal) order.undeleted = refusal.message.slice(0, 300);
  }
}

/**
 * What happened to an order, when it happened by its own timestamp, else when it was noticed. A timestamp that cannot be
 * right, of a clock that differs too much, counts for nothing.
 */
function recordFirstSeen({ sentAt }: TracedOrder, what: string, at: number | undefined, clock: Clock): Sighting {
  const noticed = clock.now() - sentAt;
  const ms = at === undefined ? Number.NaN : at - sentAt;
  const exact = ms >= -CLOCK_SKEW_MS && ms <= noticed;
  return { ms: exact ? Math.max(0, ms) : noticed, what, exact };
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? Date.parse(value) : undefined;
}

function isTerminal(order: OrderJourney): boolean {
  return !order.orderId || order.states.at(-1)?.status === 'FAILED';
}

function isPending({ states }: OrderJourney): boolean {
  return (states.at(-1)?.status ?? 'PENDING') === 'PENDING';
}

/** Nothing shows that the worker has ever seen it. */
function isWaiting(order: OrderJourney): boolean {
  return !order.consumed && isPending(order);
}

function isProcessed({ states }: OrderJourney): boolean {
  return states.at(-1)?.status === 'PROCESSED';
}

function isDone(order: OrderJourney): boolean {
  return Boolean(order.stored && order.consumed && order.processed && isProcessed(order));
}

async function reasonStuck(worker: ConsumerMonitor, outputs: OutputsOf<'e2e-order'>, queues: QueuesPort) {
  const url = outputs.order_events_queue_url;
  return worker.reasonStuck(found(await queues.queueCounts(url), url));
}

async function bothQueues(outputs: OutputsOf<'e2e-order'>, queues: QueuesPort): Promise<OrderObservation['before']> {
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

function parseJson(answer: HttpObservation & { kind: 'answer' }): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}
