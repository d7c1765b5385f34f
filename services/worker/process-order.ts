export interface OrderToProcess {
  id: string;
  amount: number;
}

export type ProcessingResult = { processed: true } | { processed: false; reason: string };

/**
 * Processes an order: the platform accepts amounts up to a limit. An order over the limit fails, which demonstrates
 * retries, FAILED and the dead-letter table: `POST /orders` with an amount over the limit.
 */
export function processOrder(order: OrderToProcess, amountLimit: number): ProcessingResult {
  if (order.amount <= amountLimit) return { processed: true };
  return { processed: false, reason: `amount ${order.amount} is over the limit of ${amountLimit}` };
}
