import * as z from 'zod';

/** This is the body of `POST /orders`. Amounts have at most two decimals and fit PostgreSQL's numeric(14, 2). */
export const orderRequest = z.strictObject({
  // PostgreSQL cannot store NUL, and the other control characters would get into logs and terminals.
  customerId: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^\P{Cc}*$/u, 'must have no control characters'),
  amount: z
    .number()
    .positive()
    .max(999_999_999)
    .refine((amount) => Number(amount.toFixed(2)) === amount, 'must have at most two decimals'),
});

/** The client chooses the header `Idempotency-Key` of `POST /orders` for one order. A UUID is best. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

export interface NewOrder {
  id: string;
  customerId: string;
  amount: number;
  correlationId: string;
  /** The customer chooses this key for the order. A second order with the same key is not stored. */
  idempotencyKey?: string | undefined;
}

/** The order of a request is either new, or the one that an earlier request with the same key has stored. */
export interface StoredOrder {
  id: string;
  amount: number;
  isNew: boolean;
}

/** This is the response of `GET /orders/{id}`. */
export interface Order {
  id: string;
  status: 'PENDING' | 'PROCESSING' | 'PROCESSED' | 'FAILED';
  retryCount: number;
  failureReason: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** This is one entry of `GET /dlq`. */
export interface DeadLetter {
  orderId: string;
  customerId: string;
  amount: number;
  retryCount: number;
  failureReason: string;
  correlationId: string;
  failedAt: Date;
}

/** The event reports to the worker that an order was stored. */
export interface OrderEvent {
  orderId: string;
  correlationId: string;
}

export interface OrderStore {
  /** Stores the order as PENDING, with its event unpublished, unless the customer has an order with the same key. */
  create(order: NewOrder): Promise<StoredOrder>;
  find(id: string): Promise<Order | undefined>;
  /** Returns the newest hundred dead letters. */
  deadLetters(): Promise<DeadLetter[]>;
  /** Rejects soon when the database does not answer. */
  ping(): Promise<void>;
}

/** The outbox contains the orders whose events have not been published yet. */
export interface Outbox {
  markPublished(orderId: string): Promise<void>;
  /**
   * Returns events whose last attempt is a while ago. The call counts as an attempt, so no other task takes them now.
   */
  takeOverdue(): Promise<OrderEvent[]>;
}

/** Sends an event to the queue. */
export type Publish = (event: OrderEvent) => Promise<void>;
