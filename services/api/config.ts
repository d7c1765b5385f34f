import * as z from 'zod';
import { commonConfig, portNumber } from '../shared/config.ts';

/** Environment of the API. */
export const apiConfig = z.object({
  ...commonConfig.shape,
  PORT: portNumber.default(8080),
});
