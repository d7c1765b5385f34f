import * as z from 'zod';
import type { OutputsOf } from '../contracts/outputs.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpObservation } from './checks/alb-health.ts';
import type { OrderJourney, Sighting } from './checks/e2e-order.ts';
import type { LogLine } from './checks/worker-logs.ts';
import type { HttpPort } from './observe-load-balancer.ts';
import type { LogsPort } from './observe-logs.ts';

/**
 * This module follows one order: it sends the order, reads its status, and finds the lines that the services log about
 * it.
 */

export interface JourneyPorts {
  http: HttpPort;
  logs: Pick<LogsPort, 'findLines'>;
  clock: Clock;
}

/** The clocks of the containers and of this function may differ by this time. */
export const CLOCK_SKEW_MS = 10_000;

const created = z.object({ orderId: z.string().min(1) });
const readBack = z.object({
  id: z.string(),
  status: z.string(),
  retryCount: z.number(),
  failureReason: z.string().nullish(),
  createdAt: z.unknown().optional(),
  updatedAt: z.unknown().optional(),
});

export interface TracedOrder extends OrderJourney {
  sentAt: number;
}

export function unsent({ alb_dns_name }: OutputsOf<'e2e-order'>, correlationId: string, clock: Clock): TracedOrder {
  const message = `${alb_dns_name} is not the address of the target group's load balancer`;
  return { correlationId, sent: { kind: 'refused', message }, sentAt: clock.now(), states: [] };
}

export async function send(
  outputs: OutputsOf<'e2e-order'>,
  run: string,
  correlationId: string,
  { http, clock }: JourneyPorts,
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

export async function readStatus(
  order: TracedOrder,
  outputs: OutputsOf<'e2e-order'>,
  { http, clock }: JourneyPorts,
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

/** Reads what the services log about the orders. CloudWatch's filter is not exact: its lines are only candidates. */
export async function readLogs(
  orders: readonly TracedOrder[],
  { log_group_api, log_group_worker }: OutputsOf<'e2e-order'>,
  { logs, clock }: JourneyPorts,
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
    // The pattern excludes an order whose number begins with the same digits.
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
 * Returns a sighting at the event's own timestamp, or else at the time of the observation. A timestamp that cannot be
 * correct, because a clock differs too much, is ignored.
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

function parseJson(answer: HttpObservation & { kind: 'answer' }): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}
