import * as z from 'zod';
import { environmentName } from '../contracts.ts';
import { bundleSha256 } from '../record.ts';
import { preflightRequest, requestEvent, runKeysSchema, text } from '../request.ts';

/** `redrive` is `$states.context.Execution.RedriveCount` of this attempt. */
export const claimEvent = requestEvent.extend({ redrive: z.number().int().nonnegative() });
export type ClaimEvent = z.infer<typeof claimEvent>;

/**
 * Every function that proves that its execution still owns the environment needs these members of a request, also for
 * its log.
 */
export const held = { machine: true, environment: true, run: true, execution: true, mode: true } as const;
/**
 * Every Lambda function that changes something for the owner of an environment takes this event, with the members of
 * the request that it uses. `fencing` is the number of the owner's claim.
 */
export const heldEvent = claimEvent.extend({ request: preflightRequest.pick(held), fencing: z.number().int() });
export type HeldEvent = z.infer<typeof heldEvent>;

export const releaseClaimEvent = heldEvent.extend({ request: preflightRequest.pick({ ...held, record: true }) });
export type ReleaseClaimEvent = z.infer<typeof releaseClaimEvent>;

/** Builds call `require-ownership` with this event. */
export const ownershipEvent = z.object({
  environment: environmentName,
  owner: z.string().startsWith('arn:'),
  fencing: z.number().int(),
  redrive: z.number().int().nonnegative(),
  /** The value is the id of the build. */
  build: text,
  /** The value is the command of the build's script. `destroy-plan` changes nothing. */
  command: text,
});
export const ownershipResult = z.object({ owned: z.literal(true) });
export type OwnershipResult = z.infer<typeof ownershipResult>;

/**
 * `claim` returns this result. `keys` belong to `run`, which is the run of the life that was taken over, if there was
 * one. Builds run only a bundle of `bundleSha256`, or any bundle if that is `unknown`.
 */
export const claimResult = z.object({
  run: text,
  fencing: z.number().int(),
  keys: runKeysSchema,
  bundleSha256,
  /**
   * The value is `given` if the record has values of variables that an execution gave. Builds then stop if their file
   * is missing.
   */
  inputs: z.enum(['given', 'none']),
});
export type ClaimResult = z.infer<typeof claimResult>;

/**
 * `release-claim` returns this result. `restored` says whether the record has its earlier values again. It is false for
 * a life that the execution began.
 */
export const releaseClaimResult = z.object({ restored: z.boolean() });
export type ReleaseClaimResult = z.infer<typeof releaseClaimResult>;
