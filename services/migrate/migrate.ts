import { escapeIdentifier, escapeLiteral, type Pool, type PoolClient } from 'pg';
import { GRANTS, type RuntimeRole } from './grants.ts';
import { migrations } from './migrations.ts';
import { scramVerifier } from './verifier.ts';

/** The number is arbitrary, and the same in every task. */
export const LOCK = 727_001;
/**
 * This role owns the schema. Nobody logs in with it, and a migration does not have the permissions of the master user.
 */
const OWNER = 'order_migration';

/**
 * Updates the schema and the role of one service in one transaction. Every task does so before its service starts, and
 * a lock permits one at a time.
 * @param pool a pool of the master user
 * @returns the names of the migrations that were applied
 */
export async function migrate(pool: Pool, role: { name: RuntimeRole; password: string }): Promise<string[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await createOwner(client);
    await createRole(client, role.name, role.password);
    await client.query(`SET LOCAL ROLE ${OWNER}`);
    const applied = await applyPending(client);
    await grant(client, role.name);
    await client.query('COMMIT');
    return applied;
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // A client that is released with an error is closed, which also rolls back the transaction.
    client.release(broken);
  }
}

async function createOwner(client: PoolClient): Promise<void> {
  if (!(await exists(client, OWNER))) {
    await client.query(`CREATE ROLE ${OWNER} NOLOGIN`);
    // Since PostgreSQL 16, the creator of a role may grant it, and is not a member of it.
    await client.query(`GRANT ${OWNER} TO CURRENT_USER`);
  }
  await client.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER}`);
}

async function createRole(client: PoolClient, name: RuntimeRole, password: string): Promise<void> {
  if (!(await exists(client, name))) await client.query(`CREATE ROLE ${name} LOGIN`);
  await client.query(`ALTER ROLE ${name} PASSWORD ${escapeLiteral(scramVerifier(password))}`);
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = escapeIdentifier(rows[0]?.name ?? '');
  await client.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
  await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${name}`);
}

async function exists(client: PoolClient, role: string): Promise<boolean> {
  return (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])).rowCount === 1;
}

async function applyPending(client: PoolClient): Promise<string[]> {
  await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz)');
  const { rows } = await client.query<{ name: string }>('SELECT name FROM schema_migrations');
  const applied = new Set(rows.map((row) => row.name));
  const pending = migrations.filter((migration) => !applied.has(migration.name));
  for (const { name, sql } of pending) {
    await client.query(sql);
    await client.query('INSERT INTO schema_migrations VALUES ($1, now())', [name]);
  }
  return pending.map((migration) => migration.name);
}

/** Revokes what an earlier version granted and this version does not, and grants the rest. */
async function grant(client: PoolClient, role: RuntimeRole): Promise<void> {
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`);
  for (const one of GRANTS[role]) await client.query(`GRANT ${one} TO ${role}`);
}
