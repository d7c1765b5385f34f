import * as z from 'zod';
import { inputVariables } from './stack-variables.ts';

/**
 * This module describes the inputs, outputs and results that cross a process boundary. The schema is the contract, and
 * the type follows from it.
 */

/**
 * The name is safe in every AWS name that is built from it. RDS identifiers and load balancer names refuse a double or
 * a trailing hyphen, so the schema refuses both before anything is created.
 */
export const environmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,20}$/, 'must be 2 to 21 characters: a lower-case letter, then a-z, 0-9 or "-"')
  .refine((name) => !name.includes('--') && !name.endsWith('-'), 'must not end with "-" or contain "--"');

/** The value is a commit, or any content hash that names an image build. */
export const commitSha = z.string().regex(/^[0-9a-f]{7,64}$/, 'must be 7 to 64 hexadecimal digits');

/** The limit applies to list prices. The value null lifts it. */
const maxCostUsd = z.number().positive().max(10_000).nullable().optional();

const because = z.string().min(1).max(256);
const reason = because.optional();

/** These are the built-in checks. A stack may have some of them, and custom checks. */
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

/** The titles are used in sentences and in the names of states. */
export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  'ecs-services': 'ECS services',
  'alb-health': 'ALB health',
  'worker-logs': 'worker logs',
  'e2e-order': 'E2E order',
  'sqs-backlog': 'SQS backlog',
  'ecr-images': 'ECR images',
  backend: 'backend',
};
/**
 * This file, here without its extension, contains all results of a validation. Each check has a file of its own name
 * beside it.
 */
export const REPORT = 'report';

/** The name of any check, also of a custom check, is part of a function's name and of keys. */
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
  /**
   * The values are for those of the stack's Terraform variables that the configuration allows. A secret is never an
   * input.
   */
  variables: inputVariables.optional(),
  reason,
});

export const deployInput = z.strictObject({ environment: environmentName, commit: commitSha.optional(), reason });

export const validateInput = z.strictObject({
  environment: environmentName,
  commit: commitSha.optional(),
  /** The default is all checks of the stack. */
  checks: z.array(checkName).min(1).optional(),
  /** The E2E order sends this number of orders at once. A single order may succeed by chance. */
  orders: z.number().int().min(1).max(10).default(3),
});

/**
 * Describes the end of an execution that a teardown follows. The teardown spares an environment that another execution
 * owns by then, or on which the same execution works again after a redrive.
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
  /**
   * The state bucket and the lock table are then no leftovers. The default is the value that the teardown was given.
   */
  keepBackend: z.boolean().optional(),
  /**
   * The sweep also asks CloudTrail, which has a call about 15 minutes later. Delayed sweeps set it. The default is what
   * the last sweep did.
   */
  provenance: z.boolean().optional(),
  /**
   * The sweep runs only if the last sweep of the run was not CLEAN. With it, leftovers are named until they are gone.
   */
  onlyIfLeft: z.boolean().optional(),
});

/** The input moves the end of an environment's life. */
export const extendInput = z.strictObject({
  environment: environmentName,
  /** The hours are added to the end, or to the present time if the end is over. */
  hours: z.number().int().min(1).max(72),
  maxCostUsd,
  reason: because,
});

/** A day such as `2030-02-06` stands for its end, in UTC. */
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'must be a time such as "2030-02-06T18:00:00Z", a day such as "2030-02-06", or null to lift the protection',
});

/** The input keeps an environment from every teardown until a time. */
export const protectInput = z.strictObject({
  environment: environmentName,
  /** The value null lifts the protection. */
  until: moment.nullable(),
  reason: because,
});

/** The machine `expire`, which finds expired environments, takes this input. */
export const expireInput = z.strictObject({
  /** The execution was scheduled for this time. Teardowns that are started twice for one time have the same name. */
  at: z.iso.datetime().optional(),
  /** A failed teardown is tried again after increasing intervals. Without the member, it is tried again each time. */
  retry: z.literal('backoff').optional(),
});

/**
 * The result has a check's conclusion and its observations. `unknown` means that the check could not observe, and it
 * never passes. `evidence` contains the observations themselves, small enough for a Step Functions state, which has 256
 * KiB for all of them.
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

/** A pure check returns a conclusion, or "not yet". The validator adds the times. */
export type Conclusion = {
  status: 'passed' | 'failed' | 'unknown' | 'not-ready';
  /** What "not yet" is when it is waited for no longer: failed by default. */
  otherwise?: 'unknown';
  /** When it was seen, in milliseconds since the epoch. The default is the time of the look. */
  seen?: { from: number; to: number };
  expected: string;
  observed: string;
  evidence: Record<string, unknown>;
};

export const LEFTOVER_STATUSES = ['PRESENT', 'ABSENT', 'UNKNOWN'] as const;

/** The schema describes one candidate of a sweep, confirmed against its own service. */
export const finding = z.object({
  service: z.string(),
  type: z.string(),
  id: z.string(),
  arn: z.string().optional(),
  status: z.enum(LEFTOVER_STATUSES),
  /** The source says how the candidate was found. */
  source: z.enum(['inventory', 'tag', 'name', 'lister', 'event']),
  /**
   * The proof says why the resource belongs to the environment: its tags, the run's inventory, the environment's VPC
   * that contains it, the call by which one of the environment's roles created it, or an exact name that no other
   * environment can claim. It is absent where nothing proves it, and then no command deletes the resource.
   */
  proof: z.enum(['tags', 'inventory', 'vpc', 'event', 'name']).optional(),
  /** The reason is the state that the service returned, or the error of the request. */
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

/** The resource was found, and was left alone as declared. */
export const excluded = z.object({ ...finding.shape, why: z.string() });
export type Excluded = z.infer<typeof excluded>;

export const sweepVerdict = z.enum(['CLEAN', 'LEFTOVERS', 'INCONCLUSIVE']);
export type SweepVerdict = z.infer<typeof sweepVerdict>;

/**
 * Returns a sentence that names each bad key and value, and what it must be.
 * @param given the parsed value, from which the values of bad keys are repeated
 * @param label returns the name of a key that the author of the input uses
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

/** Returns the schema's own message if it has one, else zod's message in plain words. */
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
/** Shortens a value for an error. State machines carry 256 KiB at most, and people read less. */
export function shown(value: string): string {
  return value.length <= MOST_SHOWN ? value : `${value.slice(0, MOST_SHOWN)}… (${value.length} characters)`;
}

const MOST_LISTED = 10;
function some(texts: readonly string[], separator: string): string {
  const rest = texts.length - MOST_LISTED;
  return [...texts.slice(0, MOST_LISTED), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}
