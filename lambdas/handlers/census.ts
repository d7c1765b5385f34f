import * as z from 'zod';
import { emit } from '../aws/metrics.ts';
import { listRecords } from '../aws/record-list.ts';
import { takeCensus } from '../environment/environment-metrics.ts';
import { lambda } from '../runtime/middleware.ts';

/** Called every hour, with nothing to say. */
export const handler = lambda('census', z.object({}), (_event, { env }) =>
  takeCensus({ listRecords: () => listRecords(env.ENVIRONMENTS_TABLE), emit, now: Date.now }),
);
