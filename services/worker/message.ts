import * as z from 'zod';

/** A message as it came from the queue. */
export interface QueueMessage {
  id: string;
  receiptHandle: string;
  body: string;
  correlationId: string | undefined;
}

/** What becomes of a message after it was handled; left alone, it comes back when its visibility timeout is over. */
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
