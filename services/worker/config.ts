import * as z from 'zod';
import { commonConfig, portNumber, positiveInteger } from '../shared/config.ts';

/** Environment of the worker. */
export const workerConfig = z.object({
  ...commonConfig.shape,
  /** Where the container's health check asks, on the task's own loopback. */
  HEALTH_PORT: portNumber.default(8081),
  /** Orders that are processed at the same time. */
  CONCURRENCY: positiveInteger.max(50).default(5),
  /** How long SQS hides a message that the worker has received. */
  VISIBILITY_TIMEOUT_SECONDS: positiveInteger.min(2).max(43_200).default(30),
  /** Wait before the first retry; it doubles with each one. */
  RETRY_BACKOFF_SECONDS: positiveInteger.max(3_600).default(2),
  /** Orders over this amount are rejected. */
  AMOUNT_LIMIT: z.coerce.number().positive().default(10_000),
});
