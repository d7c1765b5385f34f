import * as z from 'zod';

/** A Terraform plan: as the build keeps it, and what is said of it to whoever approves it. */

const values = z.record(z.string(), z.unknown());

/** One resource that Terraform manages, changed or not, as `terraform show -json` has it. */
export const plannedChange = z.object({
  address: z.string(),
  type: z.string(),
  /** Of an instance of several: `["api"]` is of `service["api"]`. */
  index: z.union([z.string(), z.number()]).nullish(),
  change: z.object({
    /** `["delete", "create"]` and `["create", "delete"]` make it anew. */
    actions: z.array(z.string()),
    /** Null for what is not there yet, or no longer. Sensitive values are replaced by a word that says so. */
    before: values.nullish(),
    after: values.nullish(),
    /** True for each value that is known only when it is applied. */
    after_unknown: z.union([values, z.boolean()]).nullish(),
  }),
});
export type PlannedChange = z.infer<typeof plannedChange>;

/** `keys.changes`. */
export const planFile = z.object({ resource_changes: z.array(plannedChange) });

const remark = z.object({ address: z.string(), why: z.string() });
export type Remark = z.infer<typeof remark>;

export const planReview = z.object({
  add: z.number().int(),
  change: z.number().int(),
  destroy: z.number().int(),
  byType: z.array(z.object({ type: z.string(), add: z.number(), change: z.number(), destroy: z.number() })),
  /** Addresses. */
  destroyed: z.array(z.string()),
  madeAnew: z.array(z.string()),
  dangerous: z.array(remark),
  /** What may be dangerous, and is known only when it is applied. */
  unknown: z.array(remark),
  /** By list prices: of everything there is when it is applied, and of everything there is now. */
  usdPerHour: z.number().nonnegative(),
  usdPerHourNow: z.number().nonnegative(),
});
export type PlanReview = z.infer<typeof planReview>;
