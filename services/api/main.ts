import { once } from 'node:events';
import { parseConfig } from '../shared/config.ts';
import { currentPassword, secretPassword, secretText } from '../shared/credentials.ts';
import { createPool, waitForDatabase } from '../shared/database.ts';
import { runService } from '../shared/service.ts';
import { createApp } from './app.ts';
import { apiConfig } from './config.ts';
import { postgresOrderStore } from './order-store.ts';
import { relay } from './outbox.ts';
import { sqsPublisher } from './publish.ts';

await runService('api', async ({ log, stopping }) => {
  const config = parseConfig(apiConfig, process.env);
  const password = currentPassword(secretPassword(config.AWS_REGION, config.DB_SECRET_ARN), log);
  const pool = createPool({ ...config, password }, log);
  await waitForDatabase(pool, config, log, stopping);

  const store = postgresOrderStore(pool);
  const publish = sqsPublisher(config.AWS_REGION, config.QUEUE_URL);
  const requestTimeoutMs = config.REQUEST_TIMEOUT_SECONDS * 1_000;
  const { OPERATOR_TOKEN_SECRET_ARN: secretArn } = config;
  const operatorToken = secretArn ? secretText(config.AWS_REGION, secretArn) : undefined;
  const app = createApp({ store, outbox: store, publish, log, requestTimeoutMs, operatorToken });
  const relaying = relay(publish, store, log, stopping);
  await app.listen({ host: '0.0.0.0', port: config.PORT });

  if (!stopping.aborted) await once(stopping, 'abort');
  // Requests in progress finish. Another task, or the next one, relays what they leave in the outbox. A server that
  // closes no longer checks for late requests, so connections that are still open after the limit are closed.
  setTimeout(() => app.server.closeAllConnections(), requestTimeoutMs).unref();
  await app.close();
  await relaying;
  await pool.end();
});
