import * as z from 'zod';
import { environmentName } from '../contracts.ts';
import { instant } from '../record.ts';
import { executionRef, preflightRequest, rawInput, text } from '../request.ts';
import { held, heldEvent } from './ownership.ts';

export const leaseEvent = z.object({
  request: preflightRequest.pick({
    ...{ machine: true, environment: true, run: true, execution: true },
    ...{ hours: true, until: true, maxCostUsd: true, reason: true },
  }),
});
export type LeaseRequest = z.infer<typeof leaseEvent>['request'];

/** `lease` returns the end of the environment after `extend` or `protect`. */
export const leaseResult = z.object({
  expiresAt: instant,
  /** The member is absent when the environment is not protected. */
  protectedUntil: instant.optional(),
  /** The environment is torn down at the later of the two times. */
  endsAt: instant,
});
export type LeaseResult = z.infer<typeof leaseResult>;

/**
 * The function that has changed the record requests schedules that follow it. An owner of the environment passes its
 * claim. With `sweepAfterHours`, the environment is gone: it is swept that number of hours from now, and no teardown or
 * warning is scheduled.
 */
export const scheduledRequest = preflightRequest.pick({ ...held, names: true, keepBackend: true });
export const schedulesEvent = z.union([
  heldEvent.extend({
    request: scheduledRequest,
    sweepAfterHours: z.array(z.number().int().positive()).optional(),
  }),
  z.strictObject({ request: scheduledRequest }),
]);
/** `schedules` returns what is scheduled now. */
export const schedulesResult = z.object({
  teardownAt: instant.optional(),
  warnAt: instant.optional(),
  sweepsAt: z.array(instant).optional(),
});
export type SchedulesResult = z.infer<typeof schedulesResult>;

/**
 * The event is the input of a warning's schedule. `endsAt` is the end on the record when the schedule was written, and
 * shows whether the warning is still valid. `teardownAt` is the time of the teardown's schedule: the end, rounded up to
 * a whole minute.
 */
export const expiryWarningEvent = z.object({ environment: environmentName, endsAt: instant, teardownAt: instant });
export type ExpiryWarningEvent = z.infer<typeof expiryWarningEvent>;

export const findExpiredEvent = z.object({ input: rawInput, execution: executionRef });
export type FindExpiredEvent = z.infer<typeof findExpiredEvent>;

/**
 * `find-expired` returns this result. `name` is the name of the teardown's execution. It is the same in every result
 * for the same time.
 */
export const findExpiredResult = z.object({
  expired: z.array(z.object({ environment: environmentName, expiresAt: instant, name: text, reason: text })),
  /** These environments have expired and stay for now. */
  skipped: z.array(z.object({ environment: text, why: text })),
  /** The records of these environments cannot be read, so nobody knows whether they have expired. */
  unreadable: z.array(z.object({ environment: text, why: text })),
  /** The value counts the environments that have not expired. */
  living: z.number().int().nonnegative(),
});
export type FindExpiredResult = z.infer<typeof findExpiredResult>;
