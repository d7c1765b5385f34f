import * as z from 'zod';
import { checkName, commitSha, exclusion } from './contracts.ts';

/**
 * The environment variables of every Lambda: one schema a variable, and which handler needs which. The CDK app sets
 * exactly `variablesOf(handler)`, the handler parses exactly those; neither can forget one without the other noticing.
 */

const text = z.string().min(1);
const seconds = z.coerce.number().int().nonnegative();
const commaList = text.transform((value) => value.split(',').map((item) => item.trim()));

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

export const VARIABLES = {
  /** DynamoDB table of the environment records. */
  ENVIRONMENTS_TABLE: text,
  /** Bucket of bundles, plans, outputs, inventories and evidence. */
  CONTROL_BUCKET: text,
  /** Value of the tag `project` on everything that Terraform makes. */
  PROJECT: text,
  /** How an environment's prefix is built: `order-platform-{environment}-v3`. */
  NAME_PATTERN: text.includes('{environment}'),
  /** Comma list of account ids in which this may work. */
  ALLOWED_ACCOUNTS: commaList.pipe(z.array(z.string().regex(/^\d{12}$/, 'must be account ids of 12 digits'))),
  /** Comma list of regions in which this may work. */
  ALLOWED_REGIONS: commaList.pipe(z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be region names'))),
  /** Where the deployed configuration bundle (infra/, services/, …) lies; `claim` copies it to the run's own key. */
  BUNDLE_BUCKET: text,
  BUNDLE_KEY: text,
  /** The commit, or content hash, that the bundle was made from. */
  BUNDLE_COMMIT: commitSha,
  /** Longest life of an environment, counted from its creation. */
  MAX_LIFE_HOURS: z.coerce.number().int().positive(),
  /** For how many seconds each check is waited for when it is not ready: `ecs-services=600,alb-health=300,…`. */
  CHECK_WAITS: commaList
    .transform((items): unknown => Object.fromEntries(items.map((item) => item.split('='))))
    .pipe(z.record(checkName, seconds)),
  /** Longest protection of an environment, counted from the time it is asked for. */
  MAX_PROTECT_DAYS: z.coerce.number().int().positive(),
  /** How long before its end an environment is announced to go. */
  WARN_MINUTES: z.coerce.number().int().positive(),
  /** CodeBuild projects whose builds work on environments. */
  TERRAFORM_PROJECT: text,
  IMAGES_PROJECT: text,
  /** JSON list of what a team keeps on purpose: `[{"what": "…", "why": "…"}]`. */
  SWEEP_EXCLUSIONS: text.transform(parseJson).pipe(z.array(exclusion)),
  /** More deletions than this are refused. */
  MAX_DELETIONS: z.coerce.number().int().positive(),
  NOTIFICATIONS_TOPIC_ARN: text.startsWith('arn:'),
  TEARDOWN_MACHINE_ARN: text.startsWith('arn:'),
  EXTEND_MACHINE_ARN: text.startsWith('arn:'),
  PROTECT_MACHINE_ARN: text.startsWith('arn:'),
  WARN_FUNCTION_ARN: text.startsWith('arn:'),
  /** EventBridge Scheduler's group of the environments' schedules, and what they run as. */
  SCHEDULE_GROUP: text,
  SCHEDULE_ROLE_ARN: text.startsWith('arn:'),
  /** Takes what a schedule could not deliver. */
  DEAD_LETTER_QUEUE_ARN: text.startsWith('arn:'),
} as const;
export type VariableName = keyof typeof VARIABLES;

export const HANDLER_VARIABLES = {
  preflight: [
    'ENVIRONMENTS_TABLE',
    'NAME_PATTERN',
    'ALLOWED_ACCOUNTS',
    'ALLOWED_REGIONS',
    'BUNDLE_COMMIT',
    'MAX_LIFE_HOURS',
    'SWEEP_EXCLUSIONS',
  ],
  claim: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'BUNDLE_BUCKET', 'BUNDLE_KEY', 'TERRAFORM_PROJECT', 'IMAGES_PROJECT'],
  outputs: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET'],
  rollout: [],
  'check-ecs-services': ['CHECK_WAITS'],
  'check-alb-health': ['CHECK_WAITS'],
  'check-worker-logs': ['CHECK_WAITS'],
  'check-e2e-order': ['CHECK_WAITS'],
  'check-sqs-backlog': ['CHECK_WAITS'],
  'check-ecr-images': ['CHECK_WAITS'],
  'check-backend': ['CHECK_WAITS'],
  evidence: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET'],
  inventory: ['CONTROL_BUCKET', 'PROJECT'],
  'empty-bucket': ['PROJECT'],
  'remove-strays': ['CONTROL_BUCKET', 'PROJECT', 'ALLOWED_ACCOUNTS', 'ALLOWED_REGIONS', 'MAX_DELETIONS'],
  'sweep-services': ['CONTROL_BUCKET', 'PROJECT'],
  verdict: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET'],
  lease: ['ENVIRONMENTS_TABLE', 'MAX_LIFE_HOURS', 'MAX_PROTECT_DAYS'],
  schedules: [
    'ENVIRONMENTS_TABLE',
    'SCHEDULE_GROUP',
    'SCHEDULE_ROLE_ARN',
    'DEAD_LETTER_QUEUE_ARN',
    'TEARDOWN_MACHINE_ARN',
    'WARN_FUNCTION_ARN',
    'WARN_MINUTES',
  ],
  warn: [
    'ENVIRONMENTS_TABLE',
    'NOTIFICATIONS_TOPIC_ARN',
    'EXTEND_MACHINE_ARN',
    'PROTECT_MACHINE_ARN',
    'MAX_LIFE_HOURS',
  ],
  overdue: ['ENVIRONMENTS_TABLE'],
  'execution-changed': ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'NOTIFICATIONS_TOPIC_ARN', 'TEARDOWN_MACHINE_ARN'],
} as const satisfies Record<string, readonly VariableName[]>;

/** Also the names of the files in `lambdas/handlers/` and, after `runbook-`, of the functions. */
export type HandlerName = keyof typeof HANDLER_VARIABLES;
export const HANDLER_NAMES = Object.keys(HANDLER_VARIABLES) as HandlerName[];

type VariablesOf<H extends HandlerName> = (typeof HANDLER_VARIABLES)[H][number];
export type HandlerEnvironment<H extends HandlerName> = {
  [V in VariablesOf<H>]: z.output<(typeof VARIABLES)[V]>;
};

/** Names of the variables that the handler needs, for whoever deploys it. */
export function variablesOf(handler: HandlerName): readonly VariableName[] {
  return HANDLER_VARIABLES[handler];
}

/**
 * Parses the handler's variables out of `environment`.
 * @throws {Error} naming every variable that is missing or malformed
 */
export function parseEnvironment<H extends HandlerName>(
  handler: H,
  environment: Record<string, string | undefined>,
): HandlerEnvironment<H> {
  const shape = Object.fromEntries(variablesOf(handler).map((name) => [name, VARIABLES[name]]));
  const parsed = z.object(shape).safeParse(environment);
  if (parsed.success) return parsed.data as HandlerEnvironment<H>;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`environment variables of ${handler}: ${problems.join('; ')}`);
}
