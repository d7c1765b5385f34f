import * as z from 'zod';
import { instant } from '../record.ts';
import { preflightRequest, text } from '../request.ts';
import { held, heldEvent } from './ownership.ts';

export const inventoryEvent = heldEvent.extend({
  request: preflightRequest.pick({ ...held, accountId: true, names: true, keys: true, record: true }),
});
export type InventoryEvent = z.infer<typeof inventoryEvent>;

/**
 * `inventory` returns this result. `key` is the key of the list in the control bucket. `lineage` is absent when there
 * is no state.
 */
export const inventoryResult = z.object({
  backendExists: z.boolean(),
  /** The state is in the bucket, or was saved by a build that could not write it there. */
  stateExists: z.boolean(),
  resources: z.number().int(),
  lineage: z.string().optional(),
  key: text,
});
export type InventoryResult = z.infer<typeof inventoryResult>;

/** Describes one resource that Terraform's state listed before the destroy. */
export const inventoryItem = z.object({
  type: text,
  name: text,
  id: z.string(),
  arn: z.string().optional(),
  service: text,
  /** The resource is a part of these, as its attributes name them: by ids, names or ARNs. */
  of: z.array(z.string()).optional(),
  /** The value is the address of a provider that is not AWS's. */
  provider: z.string().optional(),
  /** The region is present if the state has it outside of the ARN. */
  region: z.string().optional(),
  /**
   * The value is the name of an aliased provider, which may have any region, where neither the ARN nor `region` has the
   * region.
   */
  alias: z.string().optional(),
  /** The resource does not have both tags that say to whom it belongs: its type takes none, or the root sets none. */
  untagged: z.literal(true).optional(),
  /** A state had the resource at this time. What is created under its name later is another resource. */
  listedAt: instant.optional(),
  /** The price depends on these facts. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type InventoryItem = z.infer<typeof inventoryItem>;
export const inventoryFile = z.array(inventoryItem);
