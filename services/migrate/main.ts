import { parseConfig } from '../shared/config.ts';
import { createPool, waitForDatabase } from '../shared/database.ts';
import { runService } from '../shared/service.ts';
import { migrateConfig } from './config.ts';
import { migrate } from './migrate.ts';

/** A migration of a large table takes longer than any statement of a request, and every other task waits for it. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;

await runService('migrate', async ({ log, stopping }) => {
  const config = parseConfig(migrateConfig, process.env);
  const pool = createPool({ ...config, password: () => config.DB_PASSWORD }, log, {
    connections: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await waitForDatabase(pool, config, log, stopping);
  const applied = await migrate(pool, { name: config.RUNTIME_USER, password: config.RUNTIME_PASSWORD });
  log.info({ applied, role: config.RUNTIME_USER }, 'schema is up to date');
  await pool.end();
});
