import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { OrderEvent, Outbox, Publish } from './orders.ts';

const RELAY_INTERVAL_MS = 5_000;

/**
 * Publishes the event of an order that is already stored. The function never rejects: the order is accepted when it is
 * stored, and its event is in the outbox until SQS has confirmed it, so the relay publishes every event that fails
 * here. An event may thus be published twice (SQS accepted it, and then the database or the response was lost), but at
 * least once; the worker is idempotent.
 * @param log a log that contains the correlation id
 */
export async function publishEvent(
  event: OrderEvent,
  publish: Publish,
  outbox: Outbox,
  log: FastifyBaseLogger,
): Promise<void> {
  try {
    await publish(event);
    await outbox.markPublished(event.orderId);
    log.info({ orderId: event.orderId }, 'order event published');
  } catch (error) {
    log.warn({ orderId: event.orderId, err: error }, 'order event not published, left to the relay');
  }
}

/** Publishes overdue events every few seconds until `stopping`. Any number of tasks may do so at once. */
export async function relay(
  publish: Publish,
  outbox: Outbox,
  log: FastifyBaseLogger,
  stopping: AbortSignal,
  intervalMs = RELAY_INTERVAL_MS,
): Promise<void> {
  while (!stopping.aborted) {
    await delay(intervalMs, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return;
    try {
      const overdue = await outbox.takeOverdue();
      await Promise.all(
        overdue.map((event) => {
          return publishEvent(event, publish, outbox, log.child({ correlationId: event.correlationId }));
        }),
      );
    } catch (error) {
      log.warn({ err: error }, 'the outbox could not be read');
    }
  }
}
