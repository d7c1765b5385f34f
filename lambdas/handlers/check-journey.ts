import { findLines } from '../aws/logs.ts';
import { callPublicHost } from '../aws/public-http.ts';
import * as queues from '../aws/queues.ts';
import { manifest } from '../contracts/functions/check-journey.ts';
import { systemClock } from '../runtime/clock.ts';
import { configuredValidator } from '../runtime/validator.ts';
import { observeJourney } from '../validation/observe-journey.ts';

/** The check acts: it sends a request of its own. */
export const handler = configuredValidator(
  manifest,
  ({ request }, { JOURNEY }) =>
    observeJourney(JOURNEY, request, { http: callPublicHost, logs: { findLines }, queues, clock: systemClock }),
  'once',
);
