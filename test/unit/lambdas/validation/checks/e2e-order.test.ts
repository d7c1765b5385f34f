import { describe, expect, test } from 'vitest';
import type { HttpObservation } from '../../../../../lambdas/validation/checks/alb-health.ts';
import { concludeJourney, type RequestJourney } from '../../../../../lambdas/validation/checks/journey.ts';
import { E2E_ORDER, ORDER_WORDING } from '../../../../../lambdas/validation/e2e-order.ts';

/** The facts of an order, under the names that the order platform has for them. */
interface OrderJourney extends Omit<RequestJourney, 'id' | 'seen' | 'confirmed'> {
  orderId?: string;
  published?: Seen;
  consumed?: Seen;
  processed?: Seen;
}
type Seen = RequestJourney['seen'][string];
interface OrderObservation {
  orders: OrderJourney[];
  before: typeof idle;
  after: typeof idle;
  stuck?: string;
}

const e2eOrder = ({ orders, before, after, stuck }: OrderObservation) =>
  concludeJourney(E2E_ORDER, ORDER_WORDING, {
    requests: orders.map(({ orderId, published, consumed, processed, ...rest }) => ({
      ...rest,
      ...(orderId ? { id: orderId } : {}),
      seen: { ...(published ? { published } : {}), ...(consumed ? { consumed } : {}) },
      ...(processed ? { confirmed: processed } : {}),
    })),
    queues: { before, after },
    ...(stuck ? { stuck } : {}),
  });

const none = { visible: 0, inFlight: 0, delayed: 0 };
const idle = { queue: none, deadLetters: none };
const answer = (status: number, body = '{}'): HttpObservation => ({
  kind: 'answer',
  status,
  body,
  address: 'a',
  ms: 1,
});
const state = (status: string, ms = 10, retryCount = 0) => ({ status, ms, retryCount, what: 'read back', exact: true });
const seen = { ms: 20, what: 'a line', exact: true };
const journey: OrderJourney = {
  correlationId: 'runbook-1',
  sent: answer(202),
  orderId: 'o-1',
  stored: seen,
  published: seen,
  consumed: seen,
  states: [state('PENDING'), state('PROCESSING'), state('PROCESSED', 900)],
  processed: seen,
};
const without = (...keys: (keyof OrderJourney)[]): OrderJourney =>
  Object.fromEntries(Object.entries(journey).filter(([key]) => !keys.includes(key as never))) as never;
const of = (order: OrderJourney, more: Partial<OrderObservation> = {}): OrderObservation => ({
  orders: [order],
  before: idle,
  after: idle,
  ...more,
});
const dead = { queue: none, deadLetters: { ...none, visible: 1 } };
const waiting = { queue: { ...none, inFlight: 1 }, deadLetters: none };

const rows: [string, OrderObservation, string, RegExp][] = [
  [
    'the whole journey',
    of(journey),
    'passed',
    /PENDING → PROCESSING → PROCESSED after 900 ms; messages deleted, by the queue's counts alone/,
  ],
  [
    'retried on the way',
    of({ ...journey, states: [state('PENDING'), state('PROCESSED', 9, 2)] }),
    'passed',
    /PROCESSED/,
  ],
  [
    'deleted, as the worker says',
    of({ ...journey, deleted: { ...seen, ms: 910 } }, { after: waiting }),
    'passed',
    /deleted after 910 ms; messages deleted, as the worker's log says/,
  ],
  [
    'noticed, without a time of its own',
    of({ ...journey, stored: { ms: 20, what: 'read' } }),
    'passed',
    /stored \(seen by 20 ms\)/,
  ],
  [
    'a deletion that SQS refused, though the counts say otherwise',
    of({ ...journey, undeleted: 'message could not be deleted' }),
    'not-ready',
    /could not delete a message/,
  ],
  [
    'one deletion of two, though the counts say otherwise',
    { ...of(journey), orders: [{ ...journey, orderId: 'o-2', deleted: seen }, journey] },
    'not-ready',
    /does not say that the message of o-1 is deleted/,
  ],
  ['published, though only the worker shows it', of(without('published')), 'passed', /published after 20 ms/],
  ['a backlog of others, which is still there', of(journey, { before: waiting, after: waiting }), 'passed', /1 before/],
  ['the dead letters of before', of(journey, { before: dead, after: dead }), 'passed', /deleted/],
  [
    'FAILED',
    of({ ...journey, states: [state('FAILED', 5, 3)], failureReason: 'amount over the limit' }),
    'failed',
    /FAILED after 3 retries: amount over the limit/,
  ],
  [
    'FAILED after it was PROCESSED',
    of({ ...journey, states: [state('PROCESSED'), state('FAILED')] }),
    'failed',
    /FAILED/,
  ],
  ['a status that nobody knows', of({ ...journey, states: [state('DONE')] }), 'failed', /unknown status DONE/],
  ['still PENDING', of({ ...journey, states: [state('PENDING')] }), 'not-ready', /no further than PENDING/],
  ['PROCESSED, but not consumed', of(without('consumed')), 'not-ready', /not seen by the worker/],
  ['PROCESSED, but the worker says nothing', of(without('processed')), 'not-ready', /worker's log does not say so/],
  ['consumed, but never read back', of(without('stored')), 'not-ready', /not read back/],
  ['accepted, but never published', of(without('published', 'consumed')), 'not-ready', /no log and no queue/],
  ['200 instead of 202', of({ ...journey, sent: answer(200) }), 'failed', /answered 200/],
  ['202 without an id', of(without('orderId')), 'failed', /answered 202/],
  ['400', of({ ...journey, sent: answer(400, '{"detail":"no"}') }), 'failed', /answered 400/],
  ['503', of({ ...journey, sent: answer(503) }), 'not-ready', /answered 503/],
  ['an address that is refused', of({ ...journey, sent: { kind: 'refused', message: '10.0.0.1' } }), 'failed', /10\.0/],
  ['no answer', of({ ...journey, sent: { kind: 'silent', message: 'ECONNREFUSED' } }), 'not-ready', /ECONNREFUSED/],
  ['the message is not deleted', of(journey, { after: waiting }), 'not-ready', /0 before, 1 after/],
  ['the dead-letter queue grew', of(journey, { after: dead }), 'failed', /grew by 1/],
  ['nobody takes it', of(without('consumed'), { stuck: 'worker: MISSING' }), 'failed', /not seen .*; worker: MISSING/],
  [
    'one of two orders',
    { ...of(journey), orders: [journey, { ...journey, orderId: 'o-2', states: [] }] },
    'not-ready',
    /no status/,
  ],
];

describe('E2E order', () => {
  test.each(rows)('%s', (_name, observation, status, observed) => {
    expect(e2eOrder(observation)).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  test('shows the five behaviours separately', () => {
    const { evidence } = e2eOrder(of(journey));
    const [order] = evidence.orders as { behaviours: { name: string; ms: number }[] }[];
    expect(order?.behaviours.map(({ name, ms }) => [name, ms])).toEqual([
      ['stored', 20],
      ['published', 20],
      ['consumed', 20],
      ['processed', 900],
    ]);
    expect(evidence.deleted).toMatchObject({ name: 'deleted', status: 'passed' });
  });

  test('is never PROCESSED before it was published, as it was noticed', () => {
    const noticed = { ms: 1_860, what: 'a line' };
    const { observed } = e2eOrder(
      of({ ...journey, published: noticed, consumed: noticed, states: [state('PROCESSED', 1_247)] }),
    );
    expect(observed).toMatch(/published \(seen by 1247 ms\).*consumed \(seen by 1247 ms\).*PROCESSED after 1247 ms/);
  });
});
