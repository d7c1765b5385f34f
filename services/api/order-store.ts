import type { Pool } from 'pg';
import { ping } from '../shared/database.ts';
import type { DeadLetter, NewOrder, Order, OrderEvent, OrderStore, Outbox } from './orders.ts';

/** Older than any publish attempt in progress, which is bounded by the SQS client's time-outs. */
const OVERDUE_SECONDS = 15;
const RELAY_BATCH = 20;

/** Orders and their outbox in PostgreSQL. One row is both, so an order and its event are stored in one transaction. */
export function postgresOrderStore(pool: Pool): OrderStore & Outbox {
  return {
    async create({ id, customerId, amount, correlationId }: NewOrder) {
      await pool.query('INSERT INTO orders (id, customer_id, amount, correlation_id) VALUES ($1, $2, $3, $4)', [
        id,
        customerId,
        amount,
        correlationId,
      ]);
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
