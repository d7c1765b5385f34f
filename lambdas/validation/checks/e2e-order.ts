import type { Conclusion } from '../../contracts/contracts.ts';
import type { HttpObservation } from './alb-health.ts';
import { conclude, type Observation } from './conclude.ts';
import { type QueueCounts, total } from './sqs-backlog.ts';

/** A sighting is an event of an order, in milliseconds since the order was sent. */
export interface Sighting {
  ms: number;
  what: string;
  /**
   * The value is true when `ms` comes from the event's own timestamp. Otherwise `ms` is the time of the observation,
   * and the event happened before it.
   */
  exact?: boolean;
}

/** A journey contains the events of one order that were observed. */
export interface OrderJourney {
  correlationId: string;
  sent: HttpObservation;
  orderId?: string;
  /** The API returned the stored order for the first time. */
  stored?: Sighting;
  /** A log line of the API, or the queue itself, shows the event. */
  published?: Sighting;
  /** The worker logged a line with the correlation id. */
  consumed?: Sighting;
  /** Each status occurs once, in the order of the observations. */
  states: (Sighting & { status: string; retryCount: number })[];
  failureReason?: string;
  /** The worker logged `Order <id> PROCESSED`. */
  processed?: Sighting;
  /** The worker logged `SQS message deleted`, which it writes after SQS confirmed the deletion. */
  deleted?: Sighting;
  /** The worker logged that SQS did not delete the message. Counts that contradict this are outdated. */
  undeleted?: string;
}

export interface OrderObservation {
  orders: OrderJourney[];
  before: { queue: QueueCounts; deadLetters: QueueCounts };
  after: { queue: QueueCounts; deadLetters: QueueCounts };
  /** The text says why no worker will process a waiting order. */
  stuck?: string;
}

export interface Behaviour {
  name: 'stored' | 'published' | 'consumed' | 'processed' | 'deleted';
  status: Observation['status'];
  ms?: number;
  /** The value is true when `ms` is the time of the event, and not of its observation. */
  exact?: boolean;
  text: string;
}

const EXPECTED =
  'POST /orders is 202; the order is stored, its event published and consumed, its state moves to PROCESSED, and its message is deleted';

export function e2eOrder(observation: OrderObservation): Conclusion {
  const journeys = observation.orders.map((order) => ({
    orderId: order.orderId ?? null,
    correlationId: order.correlationId,
    states: order.states.map(({ status, ms, retryCount, exact = false }) => ({ status, ms, retryCount, exact })),
    behaviours: behavioursOf(order),
  }));
  const deleted = deletion(observation);
  const observations = journeys.flatMap(({ behaviours, orderId, correlationId }) =>
    behaviours.map((one) => ({ status: one.status, text: `order ${orderId ?? correlationId} ${one.text}` })),
  );
  const given = observation.stuck ? [{ status: 'failed' as const, text: observation.stuck }] : [];
  return conclude(EXPECTED, [...observations, { status: deleted.status, text: deleted.text }, ...given], {
    orders: journeys,
    deleted,
    before: observation.before,
    after: observation.after,
  });
}

/**
 * Returns the five behaviours of an order. The fifth is missing when only the queue's counts show the deletion, because
 * they cover all orders together.
 */
export function behavioursOf(order: OrderJourney): Behaviour[] {
  const refusal = refused(order);
  if (refusal) return [refusal];
  const [stored, published, consumed, processed] = inOrder([
    order.stored,
    order.published ?? order.consumed,
    order.consumed,
    ending(order),
    order.deleted,
  ]);
  return [
    seen('stored', stored, 'was not read back'),
    seen('published', published, 'is in no log and no queue'),
    seen('consumed', consumed, 'was not seen by the worker'),
    isProcessed(order, processed),
    ...(order.deleted ? [seen('deleted', order.deleted, '')] : []),
  ];
}

/**
 * Returns the end of the order: by the order's own timestamp, else by the timestamp of the worker's line, else by the
 * time of the observation.
 */
function ending({ states, processed }: OrderJourney): Sighting | undefined {
  const last = states.at(-1);
  if (last?.status !== 'PROCESSED') return undefined;
  return !last.exact && processed?.exact ? processed : last;
}

/**
 * Corrects the times. An event that was observed late, or was timed by a clock that is ahead, happened no later than
 * the event that followed from it.
 */
function inOrder(sightings: readonly (Sighting | undefined)[]): (Sighting | undefined)[] {
  let latest = Number.POSITIVE_INFINITY;
  return sightings
    .toReversed()
    .map((one) => {
      if (!one) return undefined;
      const ordered = one.ms <= latest ? one : { ...one, ms: latest, exact: false };
      latest = ordered.ms;
      return ordered;
    })
    .toReversed();
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
  const { ms, exact = false } = sighting;
  return { name, status: 'passed', ms, exact, text: `${name} ${when(sighting)}` };
}

function when({ ms, exact }: Sighting): string {
  return exact ? `after ${ms} ms` : `(seen by ${ms} ms)`;
}

function isProcessed(order: OrderJourney, ended: Sighting | undefined): Behaviour {
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'processed', status, text });
  const last = order.states.at(-1);
  const path = order.states.map((state) => state.status).join(' → ') || 'no status';
  if (last?.status === 'FAILED') {
    return say('failed', `is FAILED after ${last.retryCount} retries: ${order.failureReason ?? 'no reason given'}`);
  }
  if (last && !['PENDING', 'PROCESSING', 'PROCESSED'].includes(last.status)) {
    return say('failed', `has the unknown status ${last.status}`);
  }
  if (!ended) return say('not-ready', `got no further than ${path}`);
  if (!order.processed) return say('not-ready', `is PROCESSED, but the worker's log does not say so`);
  return { ...say('passed', `${path} ${when(ended)}`), ms: ended.ms, exact: ended.exact ?? false };
}

/**
 * Reports whether the queue's count is back. Messages of other orders change the count too, so the function requires
 * only the previous count or a lower one.
 */
export function isBack({ before, after }: Pick<OrderObservation, 'before' | 'after'>): boolean {
  return total(after.queue) <= total(before.queue);
}

/**
 * Judges the deletion of the messages. A worker that logs each deletion after SQS confirmed it proves the deletions
 * without counts, which may be a minute old. The counts decide only for a worker that logs no deletions.
 */
function deletion(observation: OrderObservation): Behaviour & { restsOn?: string } {
  const { orders, before, after } = observation;
  const grown = total(after.deadLetters) - total(before.deadLetters);
  const say = (status: Behaviour['status'], text: string): Behaviour => ({ name: 'deleted', status, text });
  if (grown > 0) return say('failed', `the dead-letter queue grew by ${grown}`);
  const counts = `queue ${total(before.queue)} before, ${total(after.queue)} after`;
  if (areDeleted(orders)) return { ...say('passed', `messages deleted, as the worker's log says`), restsOn: LOG };
  const refused = orders.find(({ undeleted }) => undeleted !== undefined)?.undeleted;
  if (refused) return say('not-ready', `the worker could not delete a message: ${refused}`);
  const silent = orders.filter(({ deleted }) => !deleted).map(({ orderId, correlationId }) => orderId ?? correlationId);
  if (silent.length < orders.length) {
    return say('not-ready', `the worker's log does not say that the message of ${silent.join(', ')} is deleted`);
  }
  return isBack(observation)
    ? { ...say('passed', `messages deleted, by the queue's counts alone (${counts})`), restsOn: COUNTS }
    : say('not-ready', `messages remain (${counts})`);
}

const LOG = "the worker's log, which says so once SQS has confirmed the deletion";
const COUNTS =
  "the queue's counts alone, which SQS may update a minute late: the worker logs no deletion (`SQS message deleted`)";

export function areDeleted(orders: readonly OrderJourney[]): boolean {
  return orders.length > 0 && orders.every(({ deleted }) => deleted !== undefined);
}

/** Reports whether only the counts can show a deletion: the worker logged neither a deletion nor a failed deletion. */
export function onlyCountsTell(orders: readonly OrderJourney[]): boolean {
  return orders.every(({ deleted, undeleted }) => !deleted && undeleted === undefined);
}
