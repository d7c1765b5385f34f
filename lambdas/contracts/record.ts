import * as z from 'zod';
import { commitSha, environmentName, sweepVerdict } from './contracts.ts';
import { stackOutputs } from './outputs.ts';
import { resolvedTargets } from './resolved-targets.ts';
import { inputVariables } from './stack-variables.ts';

/**
 * This module describes the environment record in DynamoDB. It is the lock, and it says what is running, and until
 * when.
 */

export const ENVIRONMENT_STATUSES = ['PROVISIONING', 'LIVE', 'FAILED', 'TEARING_DOWN', 'GONE'] as const;
export const environmentStatus = z.enum(ENVIRONMENT_STATUSES);
export type EnvironmentStatus = z.infer<typeof environmentStatus>;

export const MACHINES = [
  'provision',
  'deploy',
  'validate',
  'teardown',
  'sweep',
  'extend',
  'protect',
  'expire',
] as const;
export const machineName = z.enum(MACHINES);
export type MachineName = z.infer<typeof machineName>;
/** Executions of these machines are about one environment. */
export const environmentMachine = machineName.exclude(['expire']);
export type EnvironmentMachine = z.infer<typeof environmentMachine>;

export const validationVerdict = z.enum(['PASSED', 'FAILED', 'UNKNOWN']);
export type ValidationVerdict = z.infer<typeof validationVerdict>;

/**
 * The time is precise to the second, as EventBridge Scheduler's `at(…)` and every reader need it:
 * `2026-01-31T12:00:00Z`.
 */
export const instant = z.iso.datetime();

const lastValidation = z.object({
  verdict: validationVerdict,
  at: instant,
  execution: z.string(),
  report: z.string(),
  /** The validation looked at what this apply had made, see `applied` of the record. Absent as long as that is. */
  applied: z.number().int().nonnegative().optional(),
});
export type LastValidation = z.infer<typeof lastValidation>;

/**
 * The validation had some of the stack's checks. It says nothing about the others, so it never replaces a whole
 * validation.
 */
const partialValidation = lastValidation.extend({
  checks: z.array(z.string()).min(1),
  /** The value counts the checks of the stack. */
  of: z.number().int().positive(),
});
export type PartialValidation = z.infer<typeof partialValidation>;

/** Returns the partial validation that is later than the whole one, if there is any. */
export function laterPartial({
  lastValidation: whole,
  lastPartialValidation: part,
}: Pick<EnvironmentRecord, 'lastValidation' | 'lastPartialValidation'>): PartialValidation | undefined {
  return part && (!whole || Date.parse(part.at) > Date.parse(whole.at)) ? part : undefined;
}

/** Returns the name of a validation of `asked` out of `of` checks, for reports, messages and the command line. */
export function partialLabel(asked: number, of: number): string {
  return `PARTIAL ${asked}/${of}`;
}

const lastSweep = z.object({
  ...{ verdict: sweepVerdict, at: instant, execution: z.string(), certificate: z.string() },
  /** The sweep asked CloudTrail too. A later sweep that does not ask it would miss what only CloudTrail has. */
  provenance: z.boolean().optional(),
  /** The leftovers are named by service, type and ARN or id. The certificate has them all. */
  left: z.array(z.string()).optional(),
  /** The SHA-256 of the certificate. It is absent where somebody else has changed the certificate before. */
  digest: z.string().optional(),
});
/** A DynamoDB item has 400 KB at most. */
export const MAX_LEFT = 20;
export type LastSweep = z.infer<typeof lastSweep>;

const lastFailure = z.object({
  machine: z.string(),
  status: z.string(),
  at: instant,
  execution: z.string(),
  error: z.string().optional(),
  cause: z.string().optional(),
});

/** The protection keeps an environment from being torn down. It is over at `until`. */
const protection = z.object({ until: instant, by: z.string().startsWith('arn:'), at: instant, reason: z.string() });

/** Describes one `extend` or `protect`: the execution, the earlier and the new time, and the reason. */
const leaseChange = z.object({
  change: z.enum(['extend', 'protect']),
  execution: z.string().startsWith('arn:'),
  at: instant,
  /** The member is absent if the environment was not protected before. */
  from: instant.optional(),
  to: instant,
  reason: z.string(),
});
export type LeaseChange = z.infer<typeof leaseChange>;
/** A DynamoDB item has 400 KB at most. The history of the executions has older changes. */
export const MAX_LEASE_CHANGES = 20;

export const taskDefinitions = z.record(z.string(), z.string());
export type TaskDefinitions = z.infer<typeof taskDefinitions>;

export const bundleSha256 = z.string().regex(/^([0-9a-f]{64}|unknown)$/);

/**
 * The partition key is `environment`. Nested values are DynamoDB maps, and `work` is a set. A change of a record on
 * behalf of an execution has the condition that `owner` is that execution and `fencing` is the number that its claim
 * returned. The owner stays in the record when its execution ends: a claim asks Step Functions whether it still runs.
 */
export const environmentRecord = z.object({
  environment: environmentName,
  run: z.string().min(1),
  status: environmentStatus,
  /** The value is the ARN of the execution that holds, or last held, the environment. */
  owner: z.string().startsWith('arn:').optional(),
  ownerMachine: machineName.optional(),
  /** The number grows with every claim, across the lives of an environment. */
  fencing: z.number().int().nonnegative(),
  /**
   * The value is the last redrive of the owner that was at work, or 0 for its first attempt. A description of an
   * earlier redrive is outdated.
   */
  redrive: z.number().int().nonnegative().optional(),
  /**
   * The number grows whenever the owner is about to change something. A claim that has not read the last number fails.
   */
  activity: z.number().int().positive().optional(),
  /**
   * The entries are builds and functions of the owner that may be at work. The next claim waits for them, see
   * contracts/ownership.ts. The value is a set in DynamoDB, which JSON does not have.
   */
  work: z.preprocess((value) => (value instanceof Set ? [...value] : value), z.array(z.string())).optional(),
  claimedAt: instant,
  createdAt: instant,
  /** The execution began this life. Its owner changes. Absent in records that are older than this attribute. */
  createdBy: z.string().startsWith('arn:').optional(),
  expiresAt: instant,
  commit: commitSha,
  /** The key is in the control bucket. The last provision used this configuration bundle. */
  bundleKey: z.string().min(1),
  /**
   * The value is the SHA-256 of that bundle's content. It is absent, or `unknown`, in records that are older than this
   * attribute.
   */
  bundleSha256: bundleSha256.optional(),
  /** The last provision was given these values of the stack's variables. A deployment and a teardown use the same. */
  variables: inputVariables.optional(),
  stateBucket: z.string().min(1),
  lockTable: z.string().min(1),
  /** The Terraform state that describes the environment has this lineage. It is absent until the first apply. */
  lineage: z.string().min(1).optional(),
  /** That state had this serial at its last apply. No earlier version lists everything that exists. */
  serial: z.number().int().nonnegative().optional(),
  outputs: stackOutputs.optional(),
  /**
   * Terraform's last apply set these task definitions, by the ARN of each ECS service in its state. They are absent in
   * records that are older than this attribute.
   */
  taskDefinitions: taskDefinitions.optional(),
  /** What the checks of resources look at, out of the state of the last apply. Absent in older records. */
  targets: resolvedTargets.optional(),
  /** List price of what the last apply made, without traffic and requests: an estimate. */
  usdPerHour: z.number().nonnegative().optional(),
  /**
   * The environment has cost this amount until its last apply, when its price may have changed. `usdPerHour` counts from
   * then on.
   */
  spent: z.object({ usd: z.number().nonnegative(), at: instant }).optional(),
  /**
   * The environment may cost this amount in all. The values null and undefined mean no limit. A provision or an extension
   * replaces the limit.
   */
  maxCostUsd: z.number().positive().nullable().optional(),
  /** The last warning about cost was at this share of this limit. */
  costWarned: z.object({ share: z.number(), maxCostUsd: z.number() }).optional(),
  /** Whether the state bucket and the lock table stay: the configuration that made them says so, or a teardown was asked to keep them. */
  keptBackend: z.boolean().optional(),
  /** The last validation of all checks is here. */
  lastValidation: lastValidation.optional(),
  lastPartialValidation: partialValidation.optional(),
  lastSweep: lastSweep.optional(),
  lastFailure: lastFailure.optional(),
  /**
   * The value is the ARN of the last teardown of this life that was to destroy it. It is absent again once a provision
   * has applied.
   */
  teardownBegan: z.string().startsWith('arn:').optional(),
  /**
   * The value is the ARN of the last provision of this life that was to apply. It is absent again once an apply has
   * ended and its outputs are in the record. While it is here, `outputs`, `targets` and `taskDefinitions` are of an
   * earlier apply.
   */
  provisionBegan: z.string().startsWith('arn:').optional(),
  /**
   * The value is the fencing number of the claim whose apply was the last to end with its outputs in the record. Absent
   * until the first apply, and in older records.
   */
  applied: z.number().int().nonnegative().optional(),
  protection: protection.optional(),
  /** The list has the last changes of this life, oldest first. */
  leaseChanges: z.array(leaseChange).max(MAX_LEASE_CHANGES).optional(),
  /** The number grows with each lease change. A claim that has not read the last number fails. */
  leaseRevision: z.number().int().positive().optional(),
});
export type EnvironmentRecord = z.infer<typeof environmentRecord>;
