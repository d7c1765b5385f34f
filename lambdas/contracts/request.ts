import * as z from 'zod';
import { checkName, commitSha, environmentName, exclusion, failedExecution } from './contracts.ts';
import { environmentImage, imageUris } from './images.ts';
import { environmentMachine, environmentRecord, instant } from './record.ts';
import { inputVariables } from './stack-variables.ts';

/** What every Lambda takes. State machines pass it on as it is; what is of one Lambda alone is in payloads.ts. */

/** From `$states.context.Execution`. */
export const executionRef = z.object({
  id: z.string().startsWith('arn:'),
  name: z.string().min(1),
  startTime: z.iso.datetime({ offset: true }),
});
export type ExecutionRef = z.infer<typeof executionRef>;

/** Key that callers of nested executions add to an input; no part of any schema. */
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
 * What preflight returns, and what every later Lambda gets as `request`. Keys that the machine's input does not have
 * are absent. `run` and `keys` are a forecast until `claim` has returned: merge its result over the request
 * (`$merge([$request, {'run': …, 'keys': …}])`). `record` is the record as preflight read it.
 */
export const preflightRequest = z.object({
  machine: environmentMachine,
  environment: environmentName,
  run: text,
  /** The commit asked for; else the bundle's to provision or deploy, and the record's for everything else. */
  commit: commitSha,
  ttlHours: z.number().int().positive().optional(),
  approval: z.enum(['none', 'plan']).optional(),
  onFailure: z.enum(['keep', 'destroy']).optional(),
  /** Provision only: values of the stack's variables, each of the type that the configuration has for it. */
  variables: inputVariables.optional(),
  checks: z.array(checkName).min(1).optional(),
  orders: z.number().int().positive().optional(),
  mode: z.enum(['destroy', 'plan']).optional(),
  keepBackend: z.boolean().optional(),
  /** What no sweep calls a leftover; absent for none. */
  exclusions: z.array(exclusion).optional(),
  onlyIfExpired: z.boolean().optional(),
  afterFailureOf: failedExecution.optional(),
  /** Sweep only: whether CloudTrail is asked too. */
  provenance: z.boolean().optional(),
  /** Sweep only: whether it looks only if the last one was not CLEAN. */
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
  /** Provision and deploy only: what the deployed bundle was made from, the only commit that can be built from it. */
  bundleCommit: commitSha.optional(),
  /** Provision only: to the second, without milliseconds. */
  expiresAt: instant.optional(),
  /** Deploy only: what the commit in the record runs, to be put back when the new one is refused. */
  liveImages: imageUris.optional(),
  /** Provision, deploy and validate only: the images of the stack. */
  images: z.array(environmentImage).optional(),
  /** Provision only: whether the stack runs images of its own, which are published before it is planned. */
  hasImages: z.boolean().optional(),
  record: environmentRecord.nullable(),
});
export type PreflightRequest = z.infer<typeof preflightRequest>;

/** As it was given. `z.record` would drop a key `__proto__`, and it is to be refused like any other unknown key. */
export const rawInput = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

/** `input` is validated by preflight itself, by the schema of the machine. */
export const preflightEvent = z.object({
  machine: environmentMachine,
  input: rawInput,
  execution: executionRef,
});
export type PreflightEvent = z.infer<typeof preflightEvent>;

export const requestEvent = z.object({ request: preflightRequest });

/** What a validator gets. `since` is when its state was entered, however often it has been tried since then. */
export const validatorEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, commit: true, orders: true, accountId: true, region: true },
    ...{ execution: true, names: true, images: true, record: true },
  }),
  since: z.iso.datetime({ offset: true }),
});
export type CheckRequest = z.infer<typeof validatorEvent>['request'];
