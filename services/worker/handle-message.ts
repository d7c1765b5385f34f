import type { Logger } from 'pino';
import { type Disposition, parseOrderId, type QueueMessage } from './message.ts';
import type { ClaimedOrder, WorkerStore } from './order-store.ts';
import { processOrder } from './process-order.ts';
import { afterFailure } from './retry-policy.ts';

export interface HandlerDependencies {
  store: WorkerStore;
  amountLimit: number;
  backoffSeconds: number;
}

/**
 * Makes one attempt at one message. A message may be delivered twice or to two workers at once: only the attempt that
 * claims the order works on it. The function rejects when the database does not answer, which does not count as a retry
 * of the order.
 */
export async function handleMessage(
  message: QueueMessage,
  dependencies: HandlerDependencies,
  log: Logger,
): Promise<Disposition> {
  const orderId = parseOrderId(message.body);
  if (!orderId) {
    // The message is left to the queue's redrive policy, so that an operator finds the unchanged message in the
    // dead-letter queue.
    log.error({ body: message.body.slice(0, 200) }, 'malformed message left to the dead-letter queue');
    return { action: 'leave' };
  }
  const orderLog = log.child({ orderId });
  orderLog.info('SQS message received');
  const claim = await dependencies.store.claim(orderId);
  switch (claim.outcome) {
    case 'claimed':
      return attempt(claim.order, dependencies, orderLog);
    case 'finished':
      orderLog.info('duplicate message deleted');
      return { action: 'delete' };
    case 'busy':
      orderLog.info('another attempt is at this order, message left');
      return { action: 'leave' };
    case 'missing':
      orderLog.error('no such order, message left to the dead-letter queue');
      return { action: 'leave' };
  }
}

async function attempt(
  order: ClaimedOrder,
  { store, amountLimit, backoffSeconds }: HandlerDependencies,
  log: Logger,
): Promise<Disposition> {
  log.info({ retryCount: order.retryCount }, `Order ${order.id} PROCESSING`);
  const result = processOrder(order, amountLimit);
  if (result.processed) {
    if (!(await store.complete(order))) return claimLost(log);
    log.info(`Order ${order.id} PROCESSED`);
    return { action: 'delete' };
  }
  const { reason } = result;
  const next = afterFailure(order.retryCount, backoffSeconds);
  if (next.retry) {
    if (!(await store.release(order, next.retryCount, reason))) return claimLost(log);
    log.warn({ reason, ...next }, `Order ${order.id} will be retried`);
    return { action: 'retry', delaySeconds: next.delaySeconds };
  }
  if (!(await store.fail(order, reason))) return claimLost(log);
  log.error({ reason, retryCount: order.retryCount }, `Order ${order.id} FAILED`);
  return { action: 'delete' };
}

function claimLost(log: Logger): Disposition {
  log.warn('the attempt took too long and another one took the order over');
  return { action: 'leave' };
}
