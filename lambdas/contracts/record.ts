import * as z from 'zod';
import { commitSha, environmentName, sweepVerdict } from './contracts.ts';
import { stackOutputs } from './outputs.ts';
import { resolvedTargets } from './resolved-targets.ts';
import { inputVariables } from './stack-variables.ts';

/** The environment record in DynamoDB: the lock, and the answer to "what is running, and until when". */

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
/** Those whose executions are about one environment. */
export const environmentMachine = machineName.exclude(['expire']);
export type EnvironmentMachine = z.infer<typeof environmentMachine>;

export const validationVerdict = z.enum(['PASSED', 'FAILED', 'UNKNOWN']);
export type ValidationVerdict = z.infer<typeof validationVerdict>;

/** Time to the second, as EventBridge Scheduler's `at(…)` and every reader wants it: `2026-01-31T12:00:00Z`. */
export const instant = z.iso.datetime();

const lastValidation = z.object({
  verdict: validationVerdict,
  at: instant,
  execution: z.string(),
  report: z.string(),
});
export type LastValidation = z.infer<typeof lastValidation>;

/** Of some of the stack's checks. It says nothing of the others, so it never takes the place of a whole validation. */
const partialValidation = lastValidation.extend({
  checks: z.array(z.string()).min(1),
  /** How many checks the stack has. */
  of: z.number().int().positive(),
});
export type PartialValidation = z.infer<typeof partialValidation>;

/** How a validation of `asked` out of `of` checks is called everywhere: in reports, messages and on the command line. */
export function partialLabel(asked: number, of: number): string {
  return `PARTIAL ${asked}/${of}`;
}

const lastSweep = z.object({
  ...{ verdict: sweepVerdict, at: instant, execution: z.string(), certificate: z.string() },
  /** Whether CloudTrail was asked too. A sweep that asks it no more would lose sight of what it alone knows. */
  provenance: z.boolean().optional(),
  /** What is left, each by service, type and ARN or id; the certificate has them all. */
  left: z.array(z.string()).optional(),
});
/** An item has 400 KB at most. */
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

/** What keeps an environment from being torn down; over when `until` is. */
const protection = z.object({ until: instant, by: z.string().startsWith('arn:'), at: instant, reason: z.string() });

/** One `extend` or `protect`: of what, by which execution, from when to when, and why. */
const leaseChange = z.object({
  change: z.enum(['extend', 'protect']),
  execution: z.string().startsWith('arn:'),
  at: instant,
  /** Absent for what was not protected before. */
  from: instant.optional(),
  to: instant,
  reason: z.string(),
});
export type LeaseChange = z.infer<typeof leaseChange>;
/** An item has 400 KB at most; older changes are in the history of the executions. */
export const MAX_LEASE_CHANGES = 20;

export const taskDefinitions = z.record(z.string(), z.string());
export type TaskDefinitions = z.infer<typeof taskDefinitions>;

/**
 * Partition key `environment`. Nested values are DynamoDB maps; `work` is a set. Whoever changes a record on behalf of an
 * execution does so on the condition that `owner` is that execution and `fencing` is the number that its claim returned.
 * The owner stays in the record when its execution ends: a claim asks Step Functions whether it still runs.
 */
export const bundleSha256 = z.string().regex(/^([0-9a-f]{64}|unknown)$/);

export const environmentRecord = z.object({
  environment: environmentName,
  run: z.string().min(1),
  status: environmentStatus,
  /** ARN of the execution that holds, or last held, the environment. */
  owner: z.string().startsWith('arn:').optional(),
  ownerMachine: machineName.optional(),
  /** Grows with every claim, across the lives of an environment. */
  fencing: z.number().int().nonnegative(),
  /** The last redrive of the owner that was at work; 0 for its first attempt. A description of an earlier one is an old one. */
  redrive: z.number().int().nonnegative().optional(),
  /** Grows whenever the owner is about to change something; a claim that has not seen the last one fails. */
  activity: z.number().int().positive().optional(),
  /** Builds and functions of the owner that may be at work; the next claim waits for them. See shared/ownership.ts. A set in DynamoDB, which JSON does not have. */
  work: z.preprocess((value) => (value instanceof Set ? [...value] : value), z.array(z.string())).optional(),
  claimedAt: instant,
  createdAt: instant,
  expiresAt: instant,
  commit: commitSha,
  /** Key, in the control bucket, of the configuration bundle that made the environment. */
  bundleKey: z.string().min(1),
  /** SHA-256 of what that bundle holds; absent, or `unknown`, in records that were written before this was. */
  bundleSha256: bundleSha256.optional(),
  /** Values of the stack's variables that its last provision was given; a deployment and a teardown use the same. */
  variables: inputVariables.optional(),
  stateBucket: z.string().min(1),
  lockTable: z.string().min(1),
  /** Lineage of the Terraform state that the environment is described by; absent until its first apply. */
  lineage: z.string().min(1).optional(),
  /** Of that state when it was applied last; no version before it tells all that exists. */
  serial: z.number().int().nonnegative().optional(),
  outputs: stackOutputs.optional(),
  /**
   * What Terraform applied last: by ARN of each ECS service in its state, the task definition. Absent in records that
   * were written before this was.
   */
  taskDefinitions: taskDefinitions.optional(),
  /** What the checks of resources look at, out of the state of the last apply. Absent in older records. */
  targets: resolvedTargets.optional(),
  /** List price of what the last apply made, without traffic and requests: an estimate. */
  usdPerHour: z.number().nonnegative().optional(),
  /** What it has cost until its price changed last; `usdPerHour` counts from then on. */
  spent: z.object({ usd: z.number().nonnegative(), at: instant }).optional(),
  /** What it may cost in all; null, or absent, for no limit. Kept until a provision or an extension gives another. */
  maxCostUsd: z.number().positive().nullable().optional(),
  /** The last warning of its cost: at which share of which limit. */
  costWarned: z.object({ share: z.number(), maxCostUsd: z.number() }).optional(),
  /** Whether the state bucket and the lock table stay: the configuration that made them says so, or a teardown was asked to keep them. */
  keptBackend: z.boolean().optional(),
  /** The last one of all checks. */
  lastValidation: lastValidation.optional(),
  lastPartialValidation: partialValidation.optional(),
  lastSweep: lastSweep.optional(),
  lastFailure: lastFailure.optional(),
  /** ARN of the last teardown of this life that was to destroy it. Absent again once a provision has applied. */
  teardownBegan: z.string().startsWith('arn:').optional(),
  protection: protection.optional(),
  /** The last ones of this life, oldest first. */
  leaseChanges: z.array(leaseChange).max(MAX_LEASE_CHANGES).optional(),
  /** Grows with each of them; a claim that has not seen the last one fails. */
  leaseRevision: z.number().int().positive().optional(),
});
export type EnvironmentRecord = z.infer<typeof environmentRecord>;
