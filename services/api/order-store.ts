import type { Pool } from 'pg';
import { ping } from '../shared/database.ts';
import type { DeadLetter, NewOrder, Order, OrderEvent, OrderStore, Outbox, StoredOrder } from './orders.ts';

/** The age is longer than any publish attempt in progress, which the SQS client's time-outs limit. */
const OVERDUE_SECONDS = 15;
const RELAY_BATCH = 20;

/**
 * Returns the store of orders and their outbox in PostgreSQL. One row is both, so an order and its event are stored in
 * one transaction.
 */
export function postgresOrderStore(pool: Pool): OrderStore & Outbox {
  return {
    async create({ id, customerId, amount, correlationId, idempotencyKey }: NewOrder) {
      const { rowCount } = await pool.query(
        `INSERT INTO orders (id, customer_id, amount, correlation_id, idempotency_key) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (customer_id, idempotency_key) DO NOTHING`,
        [id, customerId, amount, correlationId, idempotencyKey ?? null],
      );
      if (rowCount === 1) return { id, amount, isNew: true };
      const { rows } = await pool.query<Omit<StoredOrder, 'isNew'>>(
        'SELECT id, amount::float8 AS amount FROM orders WHERE customer_id = $1 AND idempotency_key = $2',
        [customerId, idempotencyKey],
      );
      if (!rows[0]) throw new Error(`order ${id} was not stored, and no other order has its idempotency key`);
      return { ...rows[0], isNew: false };
    },

    async find(id) {
      const { rows } = await pool.query<Order>(
        `SELECT id, status, retry_count AS "retryCount", failure_reason AS "failureReason",
                created_at AS "createdAt", updated_at AS "updatedAt"
           FROM orders WHERE id = $1`,
        [id],
      );
      return rows[0];
    },

    async deadLetters() {
      const { rows } = await pool.query<DeadLetter>(
        `SELECT order_id AS "orderId", customer_id AS "customerId", amount::float8 AS amount,
                retry_count AS "retryCount", failure_reason AS "failureReason",
                correlation_id AS "correlationId", failed_at AS "failedAt"
           FROM dead_letter_orders ORDER BY failed_at DESC LIMIT 100`,
      );
      return rows;
    },

    async markPublished(orderId) {
      await pool.query('UPDATE orders SET published_at = now() WHERE id = $1', [orderId]);
    },

    async takeOverdue() {
      const { rows } = await pool.query<OrderEvent>(
        `UPDATE orders SET publish_attempted_at = now()
          WHERE id IN (SELECT id FROM orders
                        WHERE published_at IS NULL
                          AND publish_attempted_at < now() - $1 * interval '1 second'
                        ORDER BY publish_attempted_at LIMIT $2 FOR UPDATE SKIP LOCKED)
          RETURNING id AS "orderId", correlation_id AS "correlationId"`,
        [OVERDUE_SECONDS, RELAY_BATCH],
      );
      return rows;
    },

    ping: () => ping(pool),
  };
}
