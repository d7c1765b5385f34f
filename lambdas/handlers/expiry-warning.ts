import { loadRecord } from '../aws/environments-table.ts';
import { publish } from '../aws/notifications.ts';
import { manifest } from '../contracts/functions/expiry-warning.ts';
import { expiryWarningEvent } from '../contracts/payloads/lease.ts';
import { sendExpiryWarning } from '../environment/expiry-warning.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, expiryWarningEvent, (event, { env, logger }) =>
  sendExpiryWarning(
    event,
    { product: env.PROJECT, topicArn: env.NOTIFICATIONS_TOPIC_ARN, maxLifeHours: env.MAX_LIFE_HOURS },
    {
      loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
      publish: (message) => publish(env, message, 'reminder', (text) => logger.warn(text)),
      now: Date.now,
    },
  ),
);
