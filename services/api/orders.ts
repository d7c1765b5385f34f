import * as z from 'zod';

/** Body of `POST /orders`. Amounts have at most two decimals and fit PostgreSQL's numeric(14, 2). */
export const orderRequest = z.strictObject({
  customerId: z.string().trim().min(1).max(64),
  amount: z
    .number()
    .positive()
    .max(999_999_999)
    .refine((amount) => Number(amount.toFixed(2)) === amount, 'must have at most two decimals'),
});

export interface NewOrder {
  id: string;
  customerId: string;
  amount: number;
  correlationId: string;
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
  /** Stores the order as PENDING, its event unpublished. */
  create(order: NewOrder): Promise<void>;
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
