import * as z from 'zod';
import { emit } from '../aws/metrics.ts';
import { listRecords } from '../aws/record-list.ts';
import { manifest } from '../contracts/functions/environment-metrics.ts';
import { collectEnvironmentMetrics } from '../environment/environment-metrics.ts';
import { lambda } from '../runtime/middleware.ts';

/** Called every hour, with nothing to say. */
export const handler = lambda(manifest, z.object({}), (_event, { env }) =>
  collectEnvironmentMetrics({ listRecords: () => listRecords(env.ENVIRONMENTS_TABLE), emit, now: Date.now }),
);
