/**
 * The keys are the roles with which the services log in. The values are the permissions of each service on the tables.
 * Everything else is denied.
 */
export const GRANTS = {
  order_api: [
    'SELECT, INSERT (id, customer_id, amount, correlation_id, idempotency_key) ON orders',
    'UPDATE (published_at, publish_attempted_at) ON orders',
    'SELECT ON dead_letter_orders',
  ],
  order_worker: [
    'SELECT, UPDATE (status, retry_count, failure_reason, claim, claimed_until, updated_at) ON orders',
    'INSERT (order_id, customer_id, amount, retry_count, failure_reason, correlation_id) ON dead_letter_orders',
  ],
} as const satisfies Record<string, readonly string[]>;

export type RuntimeRole = keyof typeof GRANTS;
