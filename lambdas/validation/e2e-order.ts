import type { Journey } from '../contracts/journeys.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import type { Wording } from './checks/journey.ts';
import type { Place } from './journey-steps.ts';

/** The order of the check `e2e-order` is this journey. Its groups are names of the outputs in `placeOf`. */
export const E2E_ORDER: Journey = {
  request: {
    of: { output: 'alb_dns_name' },
    scheme: 'http',
    path: '/orders',
    headers: {},
    correlationHeader: 'x-correlation-id',
    body: { customerId: 'runbook-{run}', amount: 123 },
    status: 202,
    id: 'orderId',
  },
  readBack: {
    path: '/orders/{id}',
    id: 'id',
    state: 'status',
    until: 'PROCESSED',
    failed: ['FAILED'],
    underway: ['PENDING', 'PROCESSING'],
    reason: 'failureReason',
    retries: 'retryCount',
    createdAt: 'createdAt',
    updatedAt: 'updatedAt',
    confirmedBy: {
      group: 'log_group_worker',
      contains: 'Order {id} PROCESSED',
      missing: "the worker's log does not say so",
    },
  },
  logs: [
    {
      name: 'published',
      group: 'log_group_api',
      contains: 'event published',
      impliedBy: 'consumed',
      missing: 'is in no log and no queue',
    },
    {
      name: 'consumed',
      group: 'log_group_worker',
      contains: 'SQS message received',
      missing: 'was not seen by the worker',
    },
  ],
  queue: {
    of: { output: 'order_events_queue_url' },
    deadLetters: { output: 'order_events_dlq_url' },
    deleted: {
      group: 'log_group_worker',
      contains: 'SQS message deleted',
      refused: 'message could not be deleted',
    },
  },
};

export const ORDER_WORDING: Wording = {
  noun: 'order',
  consumer: 'the worker',
  expected:
    'POST /orders is 202; the order is stored, its event published and consumed, its state moves to PROCESSED, and its message is deleted',
};

/** The outputs of the order platform say where its journey is. */
export function placeOf(outputs: OutputsOf<'e2e-order'>): Place {
  const groups: Record<string, string> = outputs;
  return {
    host: outputs.alb_dns_name,
    scheme: 'http',
    base: '',
    group: (name) => groups[name] ?? name,
    queue: outputs.order_events_queue_url,
    deadLetters: outputs.order_events_dlq_url,
  };
}
