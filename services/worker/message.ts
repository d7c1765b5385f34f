import * as z from 'zod';

/** This is a message from the queue. */
export interface QueueMessage {
  id: string;
  receiptHandle: string;
  body: string;
  correlationId: string | undefined;
}

/**
 * The disposition says what happens to a message after it was handled. A message that is left returns when its
 * visibility timeout is over.
 */
export type Disposition = { action: 'delete' } | { action: 'leave' } | { action: 'retry'; delaySeconds: number };

const orderEvent = z.object({ orderId: z.uuid() });

/** @returns the order's id, or undefined when the body is not an order event */
export function parseOrderId(body: string): string | undefined {
  try {
    return orderEvent.safeParse(JSON.parse(body)).data?.orderId;
  } catch {
    return undefined;
  }
}
