import * as z from 'zod';
import { checkName, commitSha, environmentName, exclusion, failedExecution } from './contracts.ts';
import { environmentImage, imageUris } from './images.ts';
import { environmentMachine, environmentRecord, instant } from './record.ts';
import { inputVariables } from './stack-variables.ts';

/**
 * This module describes what every Lambda function takes. State machines pass it on as it is. Values for a single
 * function are in `payloads/`.
 */

/** The value comes from `$states.context.Execution`. */
export const executionRef = z.object({
  id: z.string().startsWith('arn:'),
  name: z.string().min(1),
  startTime: z.iso.datetime({ offset: true }),
});
export type ExecutionRef = z.infer<typeof executionRef>;

/** Callers of nested executions add this key to an input. It is part of no schema. */
export const STARTED_BY = 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID';

export const text = z.string().min(1);

const names = z.object({
  prefix: text,
  cluster: text,
  apiService: text,
  workerService: text,
  apiRepository: text,
  workerRepository: text,
  apiLogGroup: text,
  workerLogGroup: text,
  stateBucket: text,
  lockTable: text,
  stateKey: text,
  bootstrapStateKey: text,
  teardownSchedule: text,
  warningSchedule: text,
});

export const runKeysSchema = z.object({
  base: text,
  bundle: text,
  variables: text,
  inputs: text,
  plan: text,
  changes: text,
  destroyPlan: text,
  outputs: text,
  inventory: text,
  unmanaged: text,
  lineage: text,
  destroyed: text,
  erroredState: text,
});

/**
 * Preflight returns this request, and every later Lambda function gets it as `request`. Keys that the machine's input
 * does not have are absent. `run` and `keys` are a forecast until `claim` has returned. State machines merge its result
 * over the request (`$merge([$request, {'run': …, 'keys': …}])`). `record` is the record as preflight read it.
 */
export const preflightRequest = z.object({
  machine: environmentMachine,
  environment: environmentName,
  run: text,
  /**
   * The commit is the requested one. The default is the bundle's commit to provision or deploy, and the record's for
   * everything else.
   */
  commit: commitSha,
  ttlHours: z.number().int().positive().optional(),
  approval: z.enum(['none', 'plan']).optional(),
  onFailure: z.enum(['keep', 'destroy']).optional(),
  /**
   * The values are for provision only. Each value of the stack's variables has the type that the configuration has for
   * it.
   */
  variables: inputVariables.optional(),
  checks: z.array(checkName).min(1).optional(),
  orders: z.number().int().positive().optional(),
  mode: z.enum(['destroy', 'plan']).optional(),
  keepBackend: z.boolean().optional(),
  /** No sweep reports these resources as leftovers. The member is absent for none. */
  exclusions: z.array(exclusion).optional(),
  onlyIfExpired: z.boolean().optional(),
  afterFailureOf: failedExecution.optional(),
  /** The member is for sweep only: the sweep also asks CloudTrail. */
  provenance: z.boolean().optional(),
  /** The member is for sweep only: the sweep runs only if the last one was not CLEAN. */
  onlyIfLeft: z.boolean().optional(),
  hours: z.number().int().positive().optional(),
  until: z.string().nullable().optional(),
  maxCostUsd: z.number().positive().nullable().optional(),
  reason: z.string().optional(),
  accountId: z.string().regex(/^\d{12}$/),
  region: text,
  execution: executionRef,
  names,
  keys: runKeysSchema,
  /**
   * The member is for provision and deploy only. The deployed bundle was built from this commit, and no other commit
   * can be built from it.
   */
  bundleCommit: commitSha.optional(),
  /** The time is for provision only, and has seconds without milliseconds. */
  expiresAt: instant.optional(),
  /**
   * The images are for deploy only. The commit in the record runs them, and they are restored when the new ones are
   * refused.
   */
  liveImages: imageUris.optional(),
  /** The images of the stack are for provision, deploy and validate only. */
  images: z.array(environmentImage).optional(),
  /** The member is for provision only: the stack runs images of its own, which are published before the plan. */
  hasImages: z.boolean().optional(),
  record: environmentRecord.nullable(),
});
export type PreflightRequest = z.infer<typeof preflightRequest>;

/**
 * The value is the input as it was given. `z.record` would drop a key `__proto__`, which has to be refused like any
 * other unknown key.
 */
export const rawInput = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** Preflight itself validates `input`, by the schema of the machine. */
export const preflightEvent = z.object({
  machine: environmentMachine,
  input: rawInput,
  execution: executionRef,
});
export type PreflightEvent = z.infer<typeof preflightEvent>;

export const requestEvent = z.object({ request: preflightRequest });

/**
 * A validator gets this event. `since` is the time at which its state was entered, however often it has been retried
 * since then.
 */
export const validatorEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, commit: true, orders: true, accountId: true, region: true },
    ...{ execution: true, names: true, images: true, record: true },
  }),
  since: z.iso.datetime({ offset: true }),
});
export type CheckRequest = z.infer<typeof validatorEvent>['request'];
