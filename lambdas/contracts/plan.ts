import * as z from 'zod';

/**
 * This module describes a Terraform plan as the build keeps it, and the review of it for the person who approves it.
 */

const values = z.record(z.string(), z.unknown());

/** What stands in the place of a value that Terraform calls sensitive, or that a build knows as a secret. */
export function isHidden(value: unknown): boolean {
  return value === '(sensitive)' || value === '(secret)';
}

/** One resource that Terraform manages, changed or not, as `terraform show -json` has it. */
export const plannedChange = z.object({
  address: z.string(),
  type: z.string(),
  /** One of several instances has an index: `["api"]` is that of `service["api"]`. */
  index: z.union([z.string(), z.number()]).nullish(),
  /** The value is an address such as `registry.terraform.io/hashicorp/aws`. */
  provider: z.string().nullish(),
  /**
   * The key names the configuration of that provider. Two configurations with an alias have default tags of their own.
   */
  providerKey: z.string().nullish(),
  /** The configuration sets these attributes and blocks. The provider chooses the others. */
  configured: z.array(z.string()).nullish(),
  /**
   * What the attributes without a value yet are made from: addresses without indices, but where one is spelled out, and locals.
   * Empty for variables alone.
   */
  references: z.record(z.string(), z.array(z.string())).nullish(),
  change: z.object({
    /** `["delete", "create"]` and `["create", "delete"]` replace the resource. */
    actions: z.array(z.string()),
    /**
     * The value is null for what does not exist yet, or no longer. Sensitive values are replaced by a word that says
     * so.
     */
    before: values.nullish(),
    after: values.nullish(),
    /** The value is true for each value that is known only when the plan is applied. */
    after_unknown: z.union([values, z.boolean()]).nullish(),
    /** An import block, also one with `for_each`, brings the resource into the state. */
    importing: z.looseObject({}).nullish(),
  }),
});
export type PlannedChange = z.infer<typeof plannedChange>;

/** The file has the key `keys.changes`. */
export const planFile = z.object({
  resource_changes: z.array(plannedChange),
  /** Data sources have read these VPCs. */
  foundVpcs: z.array(z.object({ id: z.string(), tags: z.record(z.string(), z.string()).nullish() })).default([]),
  /** These files of the configuration mention `prevent_destroy`. A plan does not contain lifecycle blocks. */
  lifecycles: z.array(z.object({ module: z.string(), file: z.string(), text: z.string() })).default([]),
});
export type PlanFile = z.output<typeof planFile>;

const remark = z.object({ address: z.string(), why: z.string() });
export type Remark = z.infer<typeof remark>;

/** These risks would stop the teardown of what a plan creates, or would leave something after it. */
export const RISKS = [
  /** The resource exists already, and a teardown would destroy it. */
  'others',
  'imported',
  /** The teardown refuses, or cannot say to whom the resource belongs. */
  'tags',
  'name',
  'ceiling',
  /** AWS or Terraform refuses to delete the resource. */
  'deletion-protection',
  'prevent-destroy',
  'not-emptied',
  'object-lock',
  /** Something stays after the teardown. */
  'final-snapshot',
  'retained-backups',
  'recovery-window',
  'kept',
  /** No sweep can say whether the resource is gone. */
  'unconfirmed-type',
] as const;
export const riskName = z.enum(RISKS);
export type RiskName = z.infer<typeof riskName>;

export const teardownRisk = remark.extend({
  risk: riskName,
  fix: z.string(),
  /** The risk may be accepted. A risk with which the teardown is certain to refuse may not. */
  acceptable: z.boolean(),
});
export type TeardownRisk = z.infer<typeof teardownRisk>;

/** A team accepts these risks in `stack.acceptedRisks`. */
export const acceptedRisk = z.strictObject({
  risk: riskName,
  /** The address is with or without the index of an instance. */
  address: z.string().min(1),
  why: z.string().min(1),
});
export type AcceptedRisk = z.infer<typeof acceptedRisk>;

/** The role that creates and destroys the resources does not have this permission, and they need it. */
export const lackingPermission = z.object({
  address: z.string(),
  action: z.string(),
  /** The action is not allowed on this ARN. The id that AWS will choose is a placeholder in it. */
  resource: z.string(),
  /** The member is true if the resource cannot be destroyed without the permission. */
  destroys: z.boolean(),
});
export type LackingPermission = z.infer<typeof lackingPermission>;

export const planReview = z.object({
  add: z.number().int(),
  change: z.number().int(),
  destroy: z.number().int(),
  byType: z.array(z.object({ type: z.string(), add: z.number(), change: z.number(), destroy: z.number() })),
  /** The values are addresses. */
  destroyed: z.array(z.string()),
  madeAnew: z.array(z.string()),
  dangerous: z.array(remark),
  /** These changes may be dangerous, which is known only when the plan is applied. */
  unknown: z.array(remark),
  /** These risks would stop the teardown, or would leave something after it, and are not accepted. */
  risks: z.array(teardownRisk),
  /** The list prices are those of everything that exists after the apply, and of everything that exists now. */
  usdPerHour: z.number().nonnegative(),
  usdPerHourNow: z.number().nonnegative(),
});
export type PlanReview = z.infer<typeof planReview>;
