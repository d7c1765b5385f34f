import * as z from 'zod';
import { commonConfig, portNumber, positiveInteger } from '../shared/config.ts';

/** Environment of the API. */
export const apiConfig = z.object({
  ...commonConfig.shape,
  PORT: portNumber.default(8080),
  /** How long a request may take to arrive, and to be answered once the API stops. */
  REQUEST_TIMEOUT_SECONDS: positiveInteger.max(20).default(10),
});
