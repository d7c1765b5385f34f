import * as z from 'zod';
import { inputVariables } from './stack-variables.ts';

/** Inputs, outputs and results that cross a process boundary. The schema is the contract; the type follows from it. */

/**
 * A name that is safe in every AWS name built from it. RDS identifiers and load balancer names refuse a double or a
 * trailing hyphen, so both are refused here, before anything is created.
 */
export const environmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,20}$/, 'must be 2 to 21 characters: a lower-case letter, then a-z, 0-9 or "-"')
  .refine((name) => !name.includes('--') && !name.endsWith('-'), 'must not end with "-" or contain "--"');

/** A commit, or any content hash that names an image build. */
export const commitSha = z.string().regex(/^[0-9a-f]{7,64}$/, 'must be 7 to 64 hexadecimal digits');

/** By list prices; null lifts the limit. */
const maxCostUsd = z.number().positive().max(10_000).nullable().optional();

const because = z.string().min(1).max(256);
const reason = because.optional();

/** The built-in checks; a stack may have some of them, and others of its team's own. */
export const CHECKS = [
  'ecs-services',
  'alb-health',
  'worker-logs',
  'e2e-order',
  'sqs-backlog',
  'ecr-images',
  'backend',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** As they stand in a sentence, and in the names of states. */
export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  'ecs-services': 'ECS services',
  'alb-health': 'ALB health',
  'worker-logs': 'worker logs',
  'e2e-order': 'E2E order',
  'sqs-backlog': 'SQS backlog',
  'ecr-images': 'ECR images',
  backend: 'backend',
};
/** File of all results of a validation, without its extension. Each check has a file of its own name beside it. */
export const REPORT = 'report';

/** Of any check, a team's own included. Part of a function's name, and of keys. */
export const checkName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case words with hyphens')
  .max(30);

export const provisionInput = z.strictObject({
  environment: environmentName,
  commit: commitSha.optional(),
  ttlHours: z.number().int().min(1).max(72).default(8),
  approval: z.enum(['none', 'plan']).default('none'),
  onFailure: z.enum(['keep', 'destroy']).default('keep'),
  maxCostUsd,
  /** Of the stack's Terraform variables, those that the configuration allows. A secret is no input. */
  variables: inputVariables.optional(),
  reason,
});

export const deployInput = z.strictObject({ environment: environmentName, commit: commitSha.optional(), reason });

export const validateInput = z.strictObject({
  environment: environmentName,
  commit: commitSha.optional(),
  /** All that the stack has by default. */
  checks: z.array(checkName).min(1).optional(),
  /** How many orders the E2E order sends at once; one alone may have been lucky. */
  orders: z.number().int().min(1).max(10).default(3),
});

/**
 * The end of an execution that a teardown follows. The teardown spares an environment that another execution owns by then,
 * or that the same one works on again after a redrive.
 */
export const failedExecution = z.strictObject({ execution: z.string().min(1), redriveCount: z.number().int().min(0) });

export const teardownInput = z.strictObject({
  environment: environmentName,
  mode: z.enum(['destroy', 'plan']).default('destroy'),
  /** Keeps the state bucket and the lock table. What the record says of its life, by default. */
  keepBackend: z.boolean().optional(),
  /** Spares an environment whose time is not over, or that is protected: how schedules ask. */
  onlyIfExpired: z.boolean().default(false),
  afterFailureOf: failedExecution.optional(),
  reason,
});
export type TeardownInput = z.infer<typeof teardownInput>;

export const sweepInput = z.strictObject({
  environment: environmentName,
  run: z.string().min(1).max(80).optional(),
  /** The state bucket and the lock table are then no leftovers. What the teardown was asked for, by default. */
  keepBackend: z.boolean().optional(),
  /** Whether CloudTrail is asked too, which knows a call 15 minutes later: how the delayed sweeps ask. What the last sweep did, by default. */
  provenance: z.boolean().optional(),
  /** Looks only if the last sweep of the run was not CLEAN: how leftovers are named until they are gone. */
  onlyIfLeft: z.boolean().optional(),
});

/** Moves the end of an environment's life. */
export const extendInput = z.strictObject({
  environment: environmentName,
  /** Added to its end, or to the present time where that is over. */
  hours: z.number().int().min(1).max(72),
  maxCostUsd,
  reason: because,
});

/** A day such as `2030-02-06` stands for its end, in UTC. */
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'must be a time such as "2030-02-06T18:00:00Z", a day such as "2030-02-06", or null to lift the protection',
});

/** Keeps an environment from every teardown until a time. */
export const protectInput = z.strictObject({
  environment: environmentName,
  /** null lifts the protection. */
  until: moment.nullable(),
  reason: because,
});

/** Of the machine that looks for what is expired. */
export const expireInput = z.strictObject({
  /** The time that it was scheduled for: whatever is started twice for one time is started under the same name. */
  at: z.iso.datetime().optional(),
  /** A teardown that failed is tried again after ever longer times; without it, each time. */
  retry: z.literal('backoff').optional(),
});

/**
 * What a check concluded and what it concluded it from. `unknown` means that we could not look; it is never a pass.
 * `evidence` holds the observations themselves, small enough for a Step Functions state (256 KiB for all of them).
 */
export const checkResult = z.object({
  check: checkName,
  status: z.enum(['passed', 'failed', 'unknown']),
  expected: z.string(),
  observed: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
});
export type CheckResult = z.infer<typeof checkResult>;

/** What a pure check returns: a conclusion, or "not yet". The validator adds the times. */
export type Conclusion = {
  status: 'passed' | 'failed' | 'unknown' | 'not-ready';
  /** What "not yet" is when it is waited for no longer: failed by default. */
  otherwise?: 'unknown';
  expected: string;
  observed: string;
  evidence: Record<string, unknown>;
};

export const LEFTOVER_STATUSES = ['PRESENT', 'ABSENT', 'UNKNOWN'] as const;

/** One candidate of a sweep, confirmed against its own service. */
export const finding = z.object({
  service: z.string(),
  type: z.string(),
  id: z.string(),
  arn: z.string().optional(),
  status: z.enum(LEFTOVER_STATUSES),
  /** Where the candidate came from. */
  source: z.enum(['inventory', 'tag', 'name', 'lister', 'event']),
  /**
   * Why it is the environment's: its tags, the run's inventory, the environment's VPC around it, the call by which one of
   * its roles created it, or an exact name that no other environment can claim. Absent where nothing proves it: then no command deletes it.
   */
  proof: z.enum(['tags', 'inventory', 'vpc', 'event', 'name']).optional(),
  /** What the service said: a state, or the error that kept us from looking. */
  reason: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** What a team keeps on purpose: a name or an ARN, with `*` for any characters. One of `*` alone would call everything kept. */
export const exclusion = z.strictObject({
  what: z
    .string()
    .max(512)
    .regex(/^(?:\**[^*]){3}/, 'must have three characters that are not "*"'),
  why: z.string().min(1).max(256),
});
export type Exclusion = z.infer<typeof exclusion>;

/** Found, and left alone as declared. */
export const excluded = z.object({ ...finding.shape, why: z.string() });
export type Excluded = z.infer<typeof excluded>;

export const sweepVerdict = z.enum(['CLEAN', 'LEFTOVERS', 'INCONCLUSIVE']);
export type SweepVerdict = z.infer<typeof sweepVerdict>;

/**
 * A sentence that names each bad key and value, and what it must be.
 * @param given what was parsed: the values of bad keys are repeated from it
 * @param label what whoever gave it calls a key
 */
export function describeIssues(error: z.ZodError, given?: unknown, label = (path: string) => path): string {
  const all = error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys')
      return `unknown key ${some(
        issue.keys.map((key) => `"${shown(key)}"`),
        ', ',
      )}`;
    const path = label(shown(issue.path.join('.'))) || 'input';
    const value = valueAt(given, issue.path);
    return value === undefined ? `${path}: ${rule(issue)}` : `${path} ${shown(JSON.stringify(value))}: ${rule(issue)}`;
  });
  return some(all, '; ');
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], given);
}

/** The schema's own words where it has some, else zod's, made plain. */
function rule(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0] ? rule(issue.issues[0]) : issue.message;
  const isDefault = /^(Invalid|Too (big|small))\b/.test(issue.message);
  if (!isDefault) return issue.message;
  if (issue.code === 'too_big') return `must ${sized(issue.origin)} at most ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === 'too_small') return `must ${sized(issue.origin)} at least ${issue.minimum}${unit(issue.origin)}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_type') return `must be a ${issue.expected === 'int' ? 'whole number' : issue.expected}`;
  return issue.message;
}

const sized = (origin: string): string => (origin === 'string' || origin === 'array' ? 'have' : 'be');
const unit = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '');

const MOST_SHOWN = 200;
/** What an error repeats of a value: state machines carry 256 KiB at most, and people read less. */
export function shown(value: string): string {
  return value.length <= MOST_SHOWN ? value : `${value.slice(0, MOST_SHOWN)}… (${value.length} characters)`;
}

const MOST_LISTED = 10;
function some(texts: readonly string[], separator: string): string {
  const rest = texts.length - MOST_LISTED;
  return [...texts.slice(0, MOST_LISTED), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}
