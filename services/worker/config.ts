import * as z from 'zod';
import { commonConfig, portNumber, positiveInteger } from '../shared/config.ts';

/** The worker reads these environment variables. */
export const workerConfig = z.object({
  ...commonConfig.shape,
  /** The container's health check uses this port on the task's own loopback interface. */
  HEALTH_PORT: portNumber.default(8081),
  /** The worker processes at most this many orders at the same time. */
  CONCURRENCY: positiveInteger.max(50).default(5),
  /** SQS hides a received message for this time. */
  VISIBILITY_TIMEOUT_SECONDS: positiveInteger.min(2).max(43_200).default(30),
  /** The worker waits for this time before the first retry. The time doubles with each retry. */
  RETRY_BACKOFF_SECONDS: positiveInteger.max(3_600).default(2),
  /** The worker rejects orders over this amount. */
  AMOUNT_LIMIT: z.coerce.number().positive().default(10_000),
});
