import * as z from 'zod';
import { emit } from '../adapters/metrics.ts';
import { listRecords } from '../adapters/record-list.ts';
import { takeCensus } from '../operations/take-census.ts';
import { lambda } from '../shared/middleware.ts';

/** Called every hour, with nothing to say. */
export const handler = lambda('census', z.object({}), (_event, { env }) =>
  takeCensus({ listRecords: () => listRecords(env.ENVIRONMENTS_TABLE), emit, now: Date.now }),
);
