import * as z from 'zod';
import { commitSha, environmentName, stackOutputs, sweepVerdict } from './contracts.ts';

/** The environment record in DynamoDB: the lock, and the answer to "what is running, and until when". */

export const ENVIRONMENT_STATUSES = ['PROVISIONING', 'LIVE', 'FAILED', 'TEARING_DOWN', 'GONE'] as const;
export const environmentStatus = z.enum(ENVIRONMENT_STATUSES);
export type EnvironmentStatus = z.infer<typeof environmentStatus>;

export const MACHINES = ['provision', 'validate', 'teardown', 'sweep'] as const;
export const machineName = z.enum(MACHINES);
export type MachineName = z.infer<typeof machineName>;

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

const lastSweep = z.object({ verdict: sweepVerdict, at: instant, execution: z.string(), certificate: z.string() });
export type LastSweep = z.infer<typeof lastSweep>;

const lastFailure = z.object({
  machine: z.string(),
  status: z.string(),
  at: instant,
  execution: z.string(),
  error: z.string().optional(),
  cause: z.string().optional(),
});
export type LastFailure = z.infer<typeof lastFailure>;

/**
 * Partition key `environment`. Nested values are DynamoDB maps. Whoever changes a record on behalf of an execution
 * does so on the condition that `owner` is that execution and `fencing` is the number that its claim returned.
 * The owner stays in the record when its execution ends: a claim asks Step Functions whether it still runs.
 */
export const environmentRecord = z.object({
  environment: environmentName,
  run: z.string().min(1),
  status: environmentStatus,
  /** ARN of the execution that holds, or last held, the environment. */
  owner: z.string().startsWith('arn:').optional(),
  ownerMachine: machineName.optional(),
  /** Grows with every claim, across the lives of an environment. */
  fencing: z.number().int().nonnegative(),
  claimedAt: instant,
  createdAt: instant,
  expiresAt: instant,
  commit: commitSha,
  /** Key, in the control bucket, of the configuration bundle that made the environment. */
  bundleKey: z.string().min(1),
  stateBucket: z.string().min(1),
  lockTable: z.string().min(1),
  outputs: stackOutputs.optional(),
  lastValidation: lastValidation.optional(),
  lastSweep: lastSweep.optional(),
  lastFailure: lastFailure.optional(),
});
export type EnvironmentRecord = z.infer<typeof environmentRecord>;
