interface Migration {
  name: string;
  sql: string;
}

/** The migrations are in order, and are never edited after their release. A change of the schema is one more entry. */
export const migrations: readonly Migration[] = [
  {
    name: '001-orders',
    sql: `
      CREATE TABLE orders (
        id             uuid PRIMARY KEY,
        customer_id    text NOT NULL,
        amount         numeric(14, 2) NOT NULL CHECK (amount > 0),
        status         text NOT NULL DEFAULT 'PENDING'
                       CHECK (status IN ('PENDING', 'PROCESSING', 'PROCESSED', 'FAILED')),
        retry_count    integer NOT NULL DEFAULT 0,
        failure_reason text,
        correlation_id text NOT NULL,
        created_at     timestamptz NOT NULL DEFAULT now(),
        updated_at     timestamptz NOT NULL DEFAULT now(),
        -- Outbox of the order's event.
        published_at          timestamptz,
        publish_attempted_at  timestamptz NOT NULL DEFAULT now(),
        -- Which attempt of a worker holds the order, and until when.
        claim          uuid,
        claimed_until  timestamptz
      );
      CREATE INDEX orders_unpublished ON orders (publish_attempted_at) WHERE published_at IS NULL;
    `,
  },
  {
    name: '002-dead-letter-orders',
    sql: `
      CREATE TABLE dead_letter_orders (
        order_id       uuid PRIMARY KEY REFERENCES orders (id),
        customer_id    text NOT NULL,
        amount         numeric(14, 2) NOT NULL,
        retry_count    integer NOT NULL,
        failure_reason text NOT NULL,
        correlation_id text NOT NULL,
        failed_at      timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX dead_letter_orders_newest ON dead_letter_orders (failed_at DESC);
    `,
  },
  {
    name: '003-idempotency-key',
    // Orders without a key are never equal, because NULLs are distinct in a unique index.
    sql: `
      ALTER TABLE orders ADD COLUMN idempotency_key text;
      CREATE UNIQUE INDEX orders_idempotency_key ON orders (customer_id, idempotency_key);
    `,
  },
];
