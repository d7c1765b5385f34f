import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { ping } from '../shared/database.ts';

/** Only this attempt may process the order. */
export interface ClaimedOrder {
  id: string;
  amount: number;
  retryCount: number;
  /** The claim identifies the attempt. Its writes are ignored after another attempt has taken over the order. */
  claim: string;
}

export type ClaimResult =
  | { outcome: 'claimed'; order: ClaimedOrder }
  /** The order is already PROCESSED or FAILED, and the message is a duplicate. */
  | { outcome: 'finished' }
  /** Another attempt is processing the order. */
  | { outcome: 'busy' }
  | { outcome: 'missing' };

/** Each write returns whether it took effect. It has no effect when the claim was lost in the meantime. */
export interface WorkerStore {
  /** Changes PENDING to PROCESSING. The call also takes over an order whose worker was killed during its attempt. */
  claim(orderId: string): Promise<ClaimResult>;
  /** Changes PROCESSING to PROCESSED. */
  complete(order: ClaimedOrder): Promise<boolean>;
  /** Changes PROCESSING to PENDING for another attempt. */
  release(order: ClaimedOrder, retryCount: number, reason: string): Promise<boolean>;
  /** Changes PROCESSING to FAILED, and adds a row to the dead-letter table. */
  fail(order: ClaimedOrder, reason: string): Promise<boolean>;
  ping(): Promise<void>;
}

/**
 * @param leaseSeconds the time after which another attempt may take over an order in PROCESSING; it is shorter than the
 * visibility timeout
 */
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
