import * as z from 'zod';
import { excluded, type Finding, finding, sweepVerdict } from './contracts.ts';
import { counted } from './counted.ts';
import { type InventoryItem, inventoryItem } from './payloads/inventory.ts';
import { instant } from './record.ts';
import { signature } from './signature.ts';

/**
 * This module describes the certificate at the end of a run. A run has one certificate, and each sweep is appended to
 * it.
 */

const hourly = z.object({
  /** The price is absent when it depends on what nobody knows here. */
  usd: z.number().optional(),
  basis: z.string(),
});

export const leftover = z.object({
  ...finding.shape,
  hourly,
  /** The value is a command of the AWS CLI. */
  remove: z.string().optional(),
  /** These resources have to be removed first. */
  removeAfter: z.string().optional(),
});
export type Leftover = z.infer<typeof leftover>;

export const certifiedSweep = z.object({
  execution: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  /**
   * The verdict was observed at this time. CLEAN is observed when its first look begins, and any other verdict when its
   * last look ends.
   */
  at: instant,
  /** The member is true when the environment was not torn down yet. */
  lives: z.boolean().optional(),
  /** The member is true when the sweep also asked CloudTrail. */
  provenance: z.boolean().optional(),
  passes: z.array(z.object({ pass: z.number().int(), startedAt: instant.optional(), endedAt: instant.optional() })),
  verdict: sweepVerdict,
  summary: z.string(),
  leftovers: z.array(leftover),
  unknown: z.array(finding),
  /** The sweep searched for these resources and confirmed that they are gone. */
  absent: z.array(finding),
  excluded: z.array(excluded),
  /** The inventory lists these resources, but they belong to another environment by now. */
  others: z.array(finding).optional(),
  /** These lists were not read to their end. */
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
  /** The verdict is that of the sweep whose verdict was observed last. */
  verdict: sweepVerdict,
  at: instant,
  /** The environment was created at this time. The member is absent when the environment has no record. */
  createdAt: instant.optional(),
  /**
   * Terraform's state listed these resources before the destroy. `fate` says what became of each, as far as the last
   * sweep can say.
   */
  existed: z.array(z.object({ ...inventoryItem.omit({ facts: true }).shape, fate: z.enum(FATES) })),
  /**
   * The member is absent without an inventory, and without a record, which has the time of creation. The cost ends with
   * the first sweep after the teardown, or else with the last sweep.
   */
  cost: cost.optional(),
  /** The sweeps are in the order in which their verdicts were observed. */
  sweeps: z.array(certifiedSweep).min(1),
  /** The signature covers everything else. It is absent when KMS did not sign. */
  signature: signature.optional(),
});
export type Certificate = z.infer<typeof certificate>;

/**
 * Returns whether a finding is about a resource of the inventory. Several resources of Terraform may be one resource in
 * AWS.
 */
export function isAbout(one: Finding, item: Pick<InventoryItem, 'service' | 'id' | 'arn' | 'region'>): boolean {
  if (one.service !== item.service) return false;
  const region = one.arn?.split(':')[3];
  if (region && item.region && region !== item.region) return false;
  if (item.arn !== undefined && one.arn !== undefined) return one.arn === item.arn;
  return one.id === item.id || one.id === item.arn || one.arn === item.id;
}

/**
 * Explains the counts of a teardown. A verdict counts the resources about which AWS was asked. Terraform counts what it
 * manages: it lists some resources twice, and others that are in no account, and parts that are never asked about.
 * @param managed the number of resources in Terraform's state, where it is known
 */
export function describeCounts(
  { existed: items }: Pick<Certificate, 'existed'>,
  { absent }: Pick<CertifiedSweep, 'absent'>,
  managed?: number,
): string {
  const gone = items.filter(({ fate }) => fate === 'destroyed');
  const answers = absent.filter((one) => gone.some((item) => isAbout(one, item))).length;
  const others = absent.length - answers;
  const parts = items.filter(({ fate }) => fate === 'part').length;
  const entries = counted(items.length, 'entry', 'entries');
  return [
    ...(managed === undefined || managed === items.length
      ? []
      : [
          `Terraform managed ${counted(managed, 'resource')}, which the certificate lists as ${entries}: without what is in no account, such as a random name, and with what AWS made beside them, such as a secret.`,
        ]),
    `AWS confirms ${counted(absent.length, 'resource')} gone:`,
    `${counted(answers, 'answer is', 'answers are')} for ${gone.length} of ${entries} of the state`,
    `(entries that share an ARN have one answer), and ${others} for what is not in the state, but was found or asked for beside it.`,
    ...(parts > 0
      ? [
          `${counted(parts, 'entry is a part', 'entries are parts')} of another resource, such as a policy or an attachment, and cannot exist without it.`,
        ]
      : []),
  ].join(' ');
}
