import { parseConfig } from '../shared/config.ts';
import { currentPassword, secretPassword } from '../shared/credentials.ts';
import { createPool, waitForDatabase } from '../shared/database.ts';
import { runService } from '../shared/service.ts';
import { workerConfig } from './config.ts';
import { consume } from './consumer.ts';
import { handleMessage } from './handle-message.ts';
import { Heartbeat, serveHealth } from './health.ts';
import { postgresWorkerStore } from './order-store.ts';
import { sqsQueue } from './queue.ts';

await runService('worker', async ({ log, stopping }) => {
  const config = parseConfig(workerConfig, process.env);
  const password = currentPassword(secretPassword(config.AWS_REGION, config.DB_SECRET_ARN), log);
  const pool = createPool({ ...config, password }, log);
  await waitForDatabase(pool, config, log, stopping);

  // The lease ends before the message returns, so that the next attempt can take over from a worker that was killed.
  const store = postgresWorkerStore(pool, config.VISIBILITY_TIMEOUT_SECONDS / 2);
  const dependencies = { store, amountLimit: config.AMOUNT_LIMIT, backoffSeconds: config.RETRY_BACKOFF_SECONDS };
  const heartbeat = new Heartbeat();
  const health = await serveHealth(heartbeat, config.HEALTH_PORT);
  log.info({ concurrency: config.CONCURRENCY }, 'polling');
  await consume(
    {
      queue: sqsQueue(config.AWS_REGION, config.QUEUE_URL, config.VISIBILITY_TIMEOUT_SECONDS),
      concurrency: config.CONCURRENCY,
      handle: (message, messageLog) => handleMessage(message, dependencies, messageLog),
      ready: () => store.ping(),
      beat: () => heartbeat.beat(),
      log,
    },
    stopping,
  );
  health.close();
  await pool.end();
});
