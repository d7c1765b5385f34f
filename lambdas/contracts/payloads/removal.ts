import * as z from 'zod';
import { environmentName } from '../contracts.ts';
import { instant } from '../record.ts';
import { preflightRequest, text } from '../request.ts';
import { held, heldEvent } from './ownership.ts';

export const emptyBucketEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, accountId: true, names: true }),
});

/** A destroy calls `name-blockers` with this event. It lists what could not be deleted, in Terraform's words. */
export const blockersEvent = z.object({
  environment: environmentName,
  prefix: text,
  /** `error` is Terraform's error. It is absent while Terraform still waits. */
  resources: z.array(z.object({ address: text, type: text, id: text, error: z.string().optional() })).max(50),
});
export type BlockersEvent = z.infer<typeof blockersEvent>;
/**
 * The result says who uses each resource. `kind` is `passes` if waiting helps. Resources without a known user are not
 * in it.
 */
export const blockersResult = z.object({
  blockers: z.array(
    z.object({ address: text, id: text, kind: z.enum(['passes', 'managed', 'stays']), why: z.string() }),
  ),
});
export type BlockersResult = z.infer<typeof blockersResult>;

/** `empty-bucket` returns how many object versions and delete markers it removed. */
export const emptyBucketResult = z.object({ deleted: z.number().int() });
export type EmptyBucketResult = z.infer<typeof emptyBucketResult>;

/**
 * `remove-unmanaged` takes this event. The phase `stack` is before the destroy, for what Terraform created and its
 * state does not list. The phase `rest` is after the destroy, for everything that is left. `attempt` is the state's own
 * count of retries.
 */
export const removeUnmanagedEvent = heldEvent.extend({
  request: preflightRequest,
  phase: z.enum(['stack', 'rest']),
  attempt: z.number().int().nonnegative(),
});
export type RemoveUnmanagedEvent = z.infer<typeof removeUnmanagedEvent>;

const resource = z.object({ service: text, type: text, id: text, arn: z.string().optional() });
const keptResource = resource.extend({ reason: z.string() });

/** The file `keys.unmanaged` says what was removed in a run, and how far the latest attempt came. */
export const unmanagedReport = z.object({
  execution: text,
  phase: z.enum(['stack', 'rest']),
  removed: z.array(resource.extend({ at: instant, execution: text })),
  kept: z.array(keptResource),
  /** Each line names a resource and what blocked its deletion. */
  blocked: z.array(z.string()),
  left: z.array(z.string()),
  /** The attempt of this number was the last that changed anything. */
  lastProgress: z.number().int(),
});
export type UnmanagedReport = z.infer<typeof unmanagedReport>;

/**
 * `unmanaged` were removed, or would be in mode `plan`. `kept` exist too, and nothing proves that they may be removed.
 */
export const removeUnmanagedResult = z.object({
  mode: z.enum(['destroy', 'plan']),
  summary: z.string(),
  count: z.number().int(),
  unmanaged: z.array(resource),
  kept: z.array(keptResource),
  key: text,
});
export type RemoveUnmanagedResult = z.infer<typeof removeUnmanagedResult>;
