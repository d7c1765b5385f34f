import * as z from 'zod';
import { commonConfig, portNumber, positiveInteger } from '../shared/config.ts';

/** Environment of the API. */
export const apiConfig = z.object({
  ...commonConfig.shape,
  PORT: portNumber.default(8080),
  /** Secret whose text is the bearer token of the routes for operators; without one there are no such routes. */
  OPERATOR_TOKEN_SECRET_ARN: z
    .string()
    .regex(/^arn:[\w-]+:secretsmanager:/, 'must be the ARN of a secret')
    .optional(),
  /** How long a request may take to arrive, and to be answered once the API stops. */
  REQUEST_TIMEOUT_SECONDS: positiveInteger.max(20).default(10),
});
