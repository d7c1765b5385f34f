import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import type { DatabaseConfig } from './config.ts';
import { CredentialsError } from './credentials.ts';

/**
 * A db.t4g.micro has about 80 connections: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html.
 * During a rollout, eight tasks of each service may run: twice the largest number of tasks.
 */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const PING_TIMEOUT_MS = 2_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;

export interface PoolConfig extends DatabaseConfig {
  /** The pool calls this function for each connection. */
  password: () => string | Promise<string>;
}

/**
 * Creates a pool in which every wait has a limit, so that a lost database costs seconds and never blocks the service.
 */
export function createPool(
  config: PoolConfig,
  log: Logger,
  { connections = CONNECTIONS, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = {},
): Pool {
  const pool = new Pool({
    host: config.DB_HOST,
    port: config.DB_PORT,
    database: config.DB_NAME,
    user: config.DB_USER,
    password: config.password,
    // The certificate is verified for DB_HOST; the CA comes from NODE_EXTRA_CA_CERTS.
    ssl: { rejectUnauthorized: true },
    max: connections,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // The server enforces statement_timeout. This limit is for a server that no longer responds at all.
    query_timeout: statementTimeoutMs + 1_000,
  });
  // Without a listener, an idle connection that the server closes would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return pool;
}

/**
 * Resolves when the database answers. The function rejects after two seconds at the latest, whatever the pool is
 * waiting for.
 */
export async function ping(pool: Pool): Promise<void> {
  const timeout = AbortSignal.timeout(PING_TIMEOUT_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () =>
      reject(new Error(`the database did not answer within ${PING_TIMEOUT_MS} ms`)),
    );
  });
  await Promise.race([pool.query('SELECT 1'), late]);
}

/**
 * Waits for the database at start, because in a new environment the services may start before it.
 * @throws Error with the host and the waiting time, when the database never answered or `stopping` was aborted
 */
export async function waitForDatabase(
  pool: Pool,
  config: DatabaseConfig,
  log: Logger,
  stopping: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + config.DB_STARTUP_SECONDS * 1_000;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await ping(pool);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() + wait > deadline) {
        throw new Error(
          `database ${config.DB_HOST}:${config.DB_PORT} did not answer within ${config.DB_STARTUP_SECONDS} s: ${reason}`,
        );
      }
      log.warn({ reason }, 'waiting for the database');
      await delay(wait, undefined, { signal: stopping });
    }
  }
}

/**
 * Reports whether the database could not be reached or could not work at the moment. An error in a statement does not
 * count.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof CredentialsError) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // The codes are Node's network errors; the SQLSTATE classes connection exception, insufficient resources and operator
  // intervention; and invalid_password, because the next connection reads a password again that is being changed.
  if (/^E[A-Z_]+$/.test(code) || /^((08|53|57)[0-9A-Z]{3}|28P01)$/.test(code)) return true;
  return /timeout|Connection terminated/i.test(error.message);
}
