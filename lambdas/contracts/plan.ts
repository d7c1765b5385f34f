import * as z from 'zod';

/** A Terraform plan: as the build keeps it, and what is said of it to whoever approves it. */

const values = z.record(z.string(), z.unknown());

/** What stands in the place of a value that Terraform calls sensitive, or that a build knows as a secret. */
export function isHidden(value: unknown): boolean {
  return value === '(sensitive)' || value === '(secret)';
}

/** One resource that Terraform manages, changed or not, as `terraform show -json` has it. */
export const plannedChange = z.object({
  address: z.string(),
  type: z.string(),
  /** Of an instance of several: `["api"]` is of `service["api"]`. */
  index: z.union([z.string(), z.number()]).nullish(),
  /** `registry.terraform.io/hashicorp/aws`. */
  provider: z.string().nullish(),
  /** Which configuration of that provider: two with an alias have default tags of their own. */
  providerKey: z.string().nullish(),
  /** Names of the attributes and blocks that the configuration sets; the provider chooses the others. */
  configured: z.array(z.string()).nullish(),
  /**
   * What the attributes without a value yet are made from: addresses without indices, but where one is spelled out, and locals.
   * Empty for variables alone.
   */
  references: z.record(z.string(), z.array(z.string())).nullish(),
  change: z.object({
    /** `["delete", "create"]` and `["create", "delete"]` make it anew. */
    actions: z.array(z.string()),
    /** Null for what is not there yet, or no longer. Sensitive values are replaced by a word that says so. */
    before: values.nullish(),
    after: values.nullish(),
    /** True for each value that is known only when it is applied. */
    after_unknown: z.union([values, z.boolean()]).nullish(),
    /** What an import block, or `for_each` of one, brings into the state. */
    importing: z.looseObject({}).nullish(),
  }),
});
export type PlannedChange = z.infer<typeof plannedChange>;

/** `keys.changes`. */
export const planFile = z.object({
  resource_changes: z.array(plannedChange),
  /** VPCs that data sources have read. */
  foundVpcs: z.array(z.object({ id: z.string(), tags: z.record(z.string(), z.string()).nullish() })).default([]),
  /** Files of the configuration that mention `prevent_destroy`: no plan says what a lifecycle block does. */
  lifecycles: z.array(z.object({ module: z.string(), file: z.string(), text: z.string() })).default([]),
});
export type PlanFile = z.output<typeof planFile>;

const remark = z.object({ address: z.string(), why: z.string() });
export type Remark = z.infer<typeof remark>;

/** What would stop the teardown of what a plan makes, or would be left by it. */
export const RISKS = [
  /** It exists already, and a teardown would destroy it. */
  'others',
  'imported',
  /** Teardown refuses, or cannot tell whose the resource is. */
  'tags',
  'name',
  'ceiling',
  /** AWS or Terraform refuses to delete. */
  'deletion-protection',
  'prevent-destroy',
  'not-emptied',
  'object-lock',
  /** Something stays. */
  'final-snapshot',
  'retained-backups',
  'recovery-window',
  'kept',
  /** No sweep can tell whether it is gone. */
  'unconfirmed-type',
] as const;
export const riskName = z.enum(RISKS);
export type RiskName = z.infer<typeof riskName>;

export const teardownRisk = remark.extend({
  risk: riskName,
  fix: z.string(),
  /** Whether it may be accepted: a teardown that is certain to refuse may not. */
  acceptable: z.boolean(),
});
export type TeardownRisk = z.infer<typeof teardownRisk>;

/** What a team accepts, in `stack.acceptedRisks`. */
export const acceptedRisk = z.strictObject({
  risk: riskName,
  /** With or without the index of an instance. */
  address: z.string().min(1),
  why: z.string().min(1),
});
export type AcceptedRisk = z.infer<typeof acceptedRisk>;

/** What the role that makes and destroys the resources is not allowed, and they need. */
export const lackingPermission = z.object({
  address: z.string(),
  action: z.string(),
  /** ARN on which it is not allowed, with the id that AWS will choose made up. */
  resource: z.string(),
  /** Whether the resource cannot be destroyed without it. */
  destroys: z.boolean(),
});
export type LackingPermission = z.infer<typeof lackingPermission>;

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
  /** What would stop its teardown, or would be left by it, and is not accepted. */
  risks: z.array(teardownRisk),
  /** By list prices: of everything there is when it is applied, and of everything there is now. */
  usdPerHour: z.number().nonnegative(),
  usdPerHourNow: z.number().nonnegative(),
});
export type PlanReview = z.infer<typeof planReview>;
