import * as z from 'zod';
import { excluded, type Finding, finding, sweepVerdict } from './contracts.ts';
import { type InventoryItem, inventoryItem } from './payloads.ts';
import { instant } from './record.ts';

/** The certificate of a run's end: one a run, to which each sweep is appended. */

const hourly = z.object({
  /** Absent when it depends on what nobody knows here. */
  usd: z.number().optional(),
  basis: z.string(),
});

export const leftover = z.object({
  ...finding.shape,
  hourly,
  /** A command of the AWS CLI. */
  remove: z.string().optional(),
  /** What has to be gone before. */
  removeAfter: z.string().optional(),
});
export type Leftover = z.infer<typeof leftover>;

export const certifiedSweep = z.object({
  execution: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  /** When the verdict was observed: CLEAN when its first look began, any other when its last look ended. */
  at: instant,
  /** Whether the environment was not torn down yet. */
  lives: z.boolean().optional(),
  /** Whether CloudTrail was asked, too. */
  provenance: z.boolean().optional(),
  passes: z.array(z.object({ pass: z.number().int(), startedAt: instant.optional(), endedAt: instant.optional() })),
  verdict: sweepVerdict,
  summary: z.string(),
  leftovers: z.array(leftover),
  unknown: z.array(finding),
  /** Looked for, and confirmed to be gone. */
  absent: z.array(finding),
  excluded: z.array(excluded),
  /** Listed by the inventory, and another's by now. */
  others: z.array(finding).optional(),
  /** Lists that were not read to their end. */
  limits: z.array(z.string()),
});
export type CertifiedSweep = z.infer<typeof certifiedSweep>;

const cost = z.object({
  usd: z.number(),
  usdPerHour: z.number(),
  hours: z.number(),
  from: instant,
  to: instant,
  lines: z.array(z.object({ what: z.string(), count: z.number(), usdPerHour: z.number() })),
  prices: z.object({ region: z.string(), asOf: z.string(), currency: z.string(), note: z.string() }),
});

export const FATES = ['destroyed', 'left', 'unknown', 'kept', 'others', 'part'] as const;

export const certificate = z.object({
  version: z.literal(1),
  environment: z.string(),
  run: z.string(),
  accountId: z.string(),
  region: z.string(),
  /** Of the last sweep: that whose verdict was observed last. */
  verdict: sweepVerdict,
  at: instant,
  /** When the environment was made; absent when it has no record. */
  createdAt: instant.optional(),
  /** What Terraform's state listed before the destroy, and what became of it as far as the last sweep knows. */
  existed: z.array(z.object({ ...inventoryItem.omit({ facts: true }).shape, fate: z.enum(FATES) })),
  /** Absent without a record, which says since when. Counted until the first sweep of what was torn down, or else the last. */
  cost: cost.optional(),
  /** In the order in which their verdicts were observed. */
  sweeps: z.array(certifiedSweep).min(1),
});
export type Certificate = z.infer<typeof certificate>;

/** Whether a finding is about a resource of the inventory. Several resources of Terraform's may be one to AWS. */
export function isAbout(one: Finding, item: Pick<InventoryItem, 'service' | 'id' | 'arn' | 'region'>): boolean {
  if (one.service !== item.service) return false;
  const region = one.arn?.split(':')[3];
  if (region && item.region && region !== item.region) return false;
  if (item.arn !== undefined && one.arn !== undefined) return one.arn === item.arn;
  return one.id === item.id || one.id === item.arn || one.arn === item.id;
}
