import * as z from 'zod';

/** Body of `POST /orders`. Amounts have at most two decimals and fit PostgreSQL's numeric(14, 2). */
export const orderRequest = z.strictObject({
  // PostgreSQL stores no NUL, and the other control characters would reach logs and terminals.
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

/** Header `Idempotency-Key` of `POST /orders`, chosen by the client for one order; a UUID is best. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

export interface NewOrder {
  id: string;
  customerId: string;
  amount: number;
  correlationId: string;
  /** The customer's name for the order: a second order of the same name is not stored. */
  idempotencyKey?: string | undefined;
}

/** The order that a request stands for, be it new or the one that an earlier request with the same key has stored. */
export interface StoredOrder {
  id: string;
  amount: number;
  isNew: boolean;
}

/** Answer of `GET /orders/{id}`. */
export interface Order {
  id: string;
  status: 'PENDING' | 'PROCESSING' | 'PROCESSED' | 'FAILED';
  retryCount: number;
  failureReason: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** One entry of `GET /dlq`. */
export interface DeadLetter {
  orderId: string;
  customerId: string;
  amount: number;
  retryCount: number;
  failureReason: string;
  correlationId: string;
  failedAt: Date;
}

/** That an order was stored, as it is told to the worker. */
export interface OrderEvent {
  orderId: string;
  correlationId: string;
}

export interface OrderStore {
  /** Stores the order as PENDING, its event unpublished, unless the customer has an order with the same key. */
  create(order: NewOrder): Promise<StoredOrder>;
  find(id: string): Promise<Order | undefined>;
  /** The newest hundred. */
  deadLetters(): Promise<DeadLetter[]>;
  /** Rejects, soon, when the database does not answer. */
  ping(): Promise<void>;
}

/** The outbox: which orders' events have not been published yet. */
export interface Outbox {
  markPublished(orderId: string): Promise<void>;
  /** Events whose last attempt is a while ago; counts as an attempt, so no other task takes them now. */
  takeOverdue(): Promise<OrderEvent[]>;
}

/** Sends an event to the queue. */
export type Publish = (event: OrderEvent) => Promise<void>;
