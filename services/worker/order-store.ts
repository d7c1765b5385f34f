import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { ping } from '../shared/database.ts';

/** An order that this attempt, and no other, may process. */
export interface ClaimedOrder {
  id: string;
  amount: number;
  retryCount: number;
  /** Names the attempt: what it writes is ignored once another attempt has taken the order over. */
  claim: string;
}

export type ClaimResult =
  | { outcome: 'claimed'; order: ClaimedOrder }
  /** PROCESSED or FAILED already: a duplicate of the message. */
  | { outcome: 'finished' }
  /** Another attempt is at it. */
  | { outcome: 'busy' }
  | { outcome: 'missing' };

/** Each write answers whether it took effect; it does not when the claim was lost meanwhile. */
export interface WorkerStore {
  /** PENDING → PROCESSING; also takes over an order whose attempt was given up by a worker that died. */
  claim(orderId: string): Promise<ClaimResult>;
  /** PROCESSING → PROCESSED */
  complete(order: ClaimedOrder): Promise<boolean>;
  /** PROCESSING → PENDING, to be tried again */
  release(order: ClaimedOrder, retryCount: number, reason: string): Promise<boolean>;
  /** PROCESSING → FAILED, with a row in the dead-letter table */
  fail(order: ClaimedOrder, reason: string): Promise<boolean>;
  ping(): Promise<void>;
}

/** @param leaseSeconds after which an order in PROCESSING counts as given up; shorter than the visibility timeout */
export function postgresWorkerStore(pool: Pool, leaseSeconds: number): WorkerStore {
  const changed = async (sql: string, values: unknown[]) => ((await pool.query(sql, values)).rowCount ?? 0) > 0;
  return {
    async claim(orderId) {
      const claim = randomUUID();
      const { rows } = await pool.query<ClaimedOrder>(
        `UPDATE orders SET status = 'PROCESSING', claim = $2, updated_at = now(),
                           claimed_until = now() + $3 * interval '1 second'
          WHERE id = $1 AND (status = 'PENDING' OR (status = 'PROCESSING' AND claimed_until < now()))
          RETURNING id, amount::float8 AS amount, retry_count AS "retryCount", claim`,
        [orderId, claim, leaseSeconds],
      );
      if (rows[0]) return { outcome: 'claimed', order: rows[0] };
      const current = await pool.query<{ status: string }>('SELECT status FROM orders WHERE id = $1', [orderId]);
      const status = current.rows[0]?.status;
      if (!status) return { outcome: 'missing' };
      return { outcome: status === 'PROCESSED' || status === 'FAILED' ? 'finished' : 'busy' };
    },

    complete: (order) =>
      changed(
        `UPDATE orders SET status = 'PROCESSED', failure_reason = NULL, claim = NULL, updated_at = now()
          WHERE id = $1 AND claim = $2`,
        [order.id, order.claim],
      ),

    release: (order, retryCount, reason) =>
      changed(
        `UPDATE orders SET status = 'PENDING', retry_count = $3, failure_reason = $4, claim = NULL, updated_at = now()
          WHERE id = $1 AND claim = $2`,
        [order.id, order.claim, retryCount, reason],
      ),

    fail: (order, reason) =>
      changed(
        `WITH failed AS (
           UPDATE orders SET status = 'FAILED', failure_reason = $3, claim = NULL, updated_at = now()
            WHERE id = $1 AND claim = $2
            RETURNING id, customer_id, amount, retry_count, failure_reason, correlation_id)
         INSERT INTO dead_letter_orders
                (order_id, customer_id, amount, retry_count, failure_reason, correlation_id)
         SELECT * FROM failed`,
        [order.id, order.claim, reason],
      ),

    ping: () => ping(pool),
  };
}
