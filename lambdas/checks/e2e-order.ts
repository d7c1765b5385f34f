import type { Conclusion } from '../shared/contracts.ts';
import type { HttpObservation } from './alb-health.ts';
import { conclude, type Observation } from './conclude.ts';
import { type QueueCounts, total } from './sqs-backlog.ts';

/** Something seen at a time, in milliseconds since the order was sent. */
export interface Sighting {
  ms: number;
  what: string;
}

/** The journey of one order, as far as it was followed. */
export interface OrderJourney {
  correlationId: string;
  sent: HttpObservation;
  orderId?: string;
  /** First time that the API read the order back. */
  stored?: Sighting;
  /** A log line of the API, or the queue itself, that shows the event. */
  published?: Sighting;
  /** The worker's line with the correlation id. */
  consumed?: Sighting;
  /** Each status once, in the order in which they were seen. */
  states: (Sighting & { status: string; retryCount: number })[];
  failureReason?: string;
  /** The worker's `Order <id> PROCESSED`. */
  processed?: Sighting;
}

export interface OrderObservation {
  orders: OrderJourney[];
  before: { queue: QueueCounts; deadLetters: QueueCounts };
  after: { queue: QueueCounts; deadLetters: QueueCounts };
  /** Why nobody will take an order that waits. */
  hopeless?: string;
}

export interface Behaviour {
  name: 'stored' | 'published' | 'consumed' | 'processed' | 'deleted';
  status: Observation['status'];
  ms?: number;
  text: string;
}

const EXPECTED =
  'POST /orders is 202; the order is stored, its event published and consumed, its state moves to PROCESSED, and its message is deleted';

export function e2eOrder(observation: OrderObservation): Conclusion {
  const journeys = observation.orders.map((order) => ({
    orderId: order.orderId ?? null,
    correlationId: order.correlationId,
    states: order.states.map(({ status, ms, retryCount }) => ({ status, ms, retryCount })),
    behaviours: behavioursOf(order),
  }));
  const deleted = deletion(observation);
  const observations = journeys.flatMap(({ behaviours, orderId, correlationId }) =>
    behaviours.map((one) => ({ status: one.status, text: `order ${orderId ?? correlationId} ${one.text}` })),
  );
  const given = observation.hopeless ? [{ status: 'failed' as const, text: observation.hopeless }] : [];
  return conclude(EXPECTED, [...observations, { status: deleted.status, text: deleted.text }, ...given], {
    orders: journeys,
    deleted,
    before: observation.before,
    after: observation.after,
  });
}

/** The first four of the five behaviours; deletion shows only in the queue, for all orders together. */
export function behavioursOf(order: OrderJourney): Behaviour[] {
  const refusal = refused(order);
  if (refusal) return [refusal];
  return [
    seen('stored', order.stored, 'was not read back'),
    seen('published', order.published ?? order.consumed, 'is in no log and no queue'),
    seen('consumed', order.consumed, 'was not seen by the worker'),
    processed(order),
  ];
}

function refused({ sent, orderId }: OrderJourney): Behaviour | undefined {
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'stored', status, text });
  if (sent.kind === 'refused') return say('failed', `was not sent: ${sent.message}`);
  if (sent.kind === 'silent') return say('not-ready', `was not answered: ${sent.message}`);
  const answer = `was answered ${sent.status} ${JSON.stringify(sent.body.slice(0, 120))}`;
  if (sent.status >= 500) return say('not-ready', answer);
  if (sent.status !== 202 || !orderId) return say('failed', answer);
  return undefined;
}

function seen(name: Behaviour['name'], sighting: Sighting | undefined, missing: string): Behaviour {
  if (!sighting) return { name, status: 'not-ready', text: missing };
  return { name, status: 'passed', ms: sighting.ms, text: `${name} after ${sighting.ms} ms` };
}

function processed(order: OrderJourney): Behaviour {
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'processed', status, text });
  const last = order.states.at(-1);
  const path = order.states.map((state) => state.status).join(' → ') || 'no status';
  if (last?.status === 'FAILED') {
    return say('failed', `is FAILED after ${last.retryCount} retries: ${order.failureReason ?? 'no reason given'}`);
  }
  if (last && !['PENDING', 'PROCESSING', 'PROCESSED'].includes(last.status)) {
    return say('failed', `has the unknown status ${last.status}`);
  }
  if (last?.status !== 'PROCESSED') return say('not-ready', `got no further than ${path}`);
  if (!order.processed) return say('not-ready', `is PROCESSED, but the worker's log does not say so`);
  return { ...say('passed', `${path} after ${last.ms} ms`), ms: last.ms };
}

/** Counts of others' messages move too, so only "back to where it was, or lower" is asked for. */
export function isBack({ before, after }: Pick<OrderObservation, 'before' | 'after'>): boolean {
  return total(after.queue) <= total(before.queue);
}

function deletion(observation: OrderObservation): Behaviour {
  const { before, after } = observation;
  const grown = total(after.deadLetters) - total(before.deadLetters);
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'deleted', status, text });
  if (grown > 0) return say('failed', `the dead-letter queue grew by ${grown}`);
  const counts = `queue ${total(before.queue)} before, ${total(after.queue)} after`;
  return isBack(observation)
    ? say('passed', `messages deleted (${counts})`)
    : say('not-ready', `messages remain (${counts})`);
}
