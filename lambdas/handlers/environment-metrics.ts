import * as z from 'zod';
import { start } from '../aws/functions.ts';
import { emit } from '../aws/metrics.ts';
import { listRecords } from '../aws/record-list.ts';
import { collectEnvironmentMetrics } from '../environment/environment-metrics.ts';
import { lambda } from '../runtime/middleware.ts';

/** Called every hour, with nothing to say. */
export const handler = lambda('environment-metrics', z.object({}), (_event, { env, logger }) =>
  collectEnvironmentMetrics({
    listRecords: () => listRecords(env.ENVIRONMENTS_TABLE),
    emit,
    writeBoard: () => start(env.BOARD_FUNCTION, {}),
    warn: (message) => logger.warn(message),
    now: Date.now,
  }),
);
