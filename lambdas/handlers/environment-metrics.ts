import * as z from 'zod';
import { updateRecord } from '../aws/environments-table.ts';
import { start } from '../aws/functions.ts';
import { emit } from '../aws/metrics.ts';
import { publish } from '../aws/notifications.ts';
import { listRecords } from '../aws/record-list.ts';
import { manifest } from '../contracts/functions/environment-metrics.ts';
import { collectEnvironmentMetrics } from '../environment/environment-metrics.ts';
import { placeOf } from '../notifications/message.ts';
import { lambda } from '../runtime/middleware.ts';

/** A schedule invokes this function every hour, with an empty event. */
export const handler = lambda(manifest, z.object({}), (_event, { env, logger }) =>
  collectEnvironmentMetrics({
    about: placeOf(env.PROJECT, env.NOTIFICATIONS_TOPIC_ARN),
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    publish: (message) => publish(env, message, 'cost', (text) => logger.warn(text)),
    markWarned: ({ environment, run }, costWarned) =>
      updateRecord(env.ENVIRONMENTS_TABLE, environment, { run }, { costWarned }),
    emit,
    writeBoard: () => start(env.BOARD_FUNCTION, {}),
    warn: (message) => logger.warn(message),
    now: Date.now,
  }),
);
