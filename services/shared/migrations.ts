import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { CommonConfig } from './config.ts';
import { createPool } from './database.ts';

interface Migration {
  name: string;
  sql: string;
}

/** In order, never edited once released: a change of the schema is one more entry. */
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
    // Orders without a key are never equal: NULLs are distinct in a unique index.
    sql: `
      ALTER TABLE orders ADD COLUMN idempotency_key text;
      CREATE UNIQUE INDEX orders_idempotency_key ON orders (customer_id, idempotency_key);
    `,
  },
];

/** A migration of a large table takes longer than any statement of a request, and every other task waits for it. */
const MIGRATION_TIMEOUT_MS = 10 * 60_000;

/** Brings the schema up to date over a connection of its own, and logs what was applied. */
export async function migrateSchema(config: CommonConfig, log: Logger): Promise<void> {
  const pool = createPool(config, log, { connections: 1, statementTimeoutMs: MIGRATION_TIMEOUT_MS });
  try {
    log.info({ applied: await migrate(pool) }, 'schema is up to date');
  } finally {
    await pool.end();
  }
}

/** Any number, the same in every task. */
export const LOCK = 727_001;

/**
 * Brings the schema up to date; every task of both services does so at start, and a lock lets one at a time.
 * @returns names of the migrations that were applied
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz)');
    const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations');
    const applied = new Set(rows.map((row) => row.name));
    const pending = migrations.filter((migration) => !applied.has(migration.name));
    for (const { name, sql } of pending) {
      await client.query(sql);
      await client.query('INSERT INTO schema_migrations VALUES ($1, now())', [name]);
    }
    await client.query('COMMIT');
    return pending.map((migration) => migration.name);
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // A client released with an error is closed, which also rolls back.
    client.release(broken);
  }
}
