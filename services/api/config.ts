import * as z from 'zod';
import { commonConfig, portNumber, positiveInteger } from '../shared/config.ts';

/** The API reads these environment variables. */
export const apiConfig = z.object({
  ...commonConfig.shape,
  PORT: portNumber.default(8080),
  /**
   * The text of this secret is the bearer token of the routes for operators. Without a secret, these routes do not
   * exist.
   */
  OPERATOR_TOKEN_SECRET_ARN: z
    .string()
    .regex(/^arn:[\w-]+:secretsmanager:/, 'must be the ARN of a secret')
    .optional(),
  /** A request may take this long to arrive, and to be answered after the API begins to stop. */
  REQUEST_TIMEOUT_SECONDS: positiveInteger.max(20).default(10),
});
