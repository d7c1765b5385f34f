import * as z from 'zod';
import { checkName, commitSha, exclusion } from './contracts.ts';
import { declaredImage } from './images.ts';
import { MOST_REMINDERS } from './lease.ts';
import { wantedOutput } from './outputs.ts';
import { acceptedRisk } from './plan.ts';
import { machineName } from './record.ts';
import { lookup, resourceTargets } from './resource-checks.ts';
import { inputTypes } from './stack-variables.ts';
import { WEBHOOK_FORMATS } from './webhook-message.ts';

/**
 * The environment variables of every Lambda: one schema a variable. Its manifest in `functions/` says which a function
 * needs: the CDK app sets exactly those, and the handler parses exactly those.
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
  /** SHA-256 of what the bundle holds; see lib/builds/source-archive.ts. */
  BUNDLE_SHA256: text.regex(/^[0-9a-f]{64}$/),
  /** Longest life of an environment, counted from its creation. */
  MAX_LIFE_HOURS: z.coerce.number().int().positive(),
  /** Comma list of the checks that the stack has, by name. */
  CHECKS: commaList.pipe(z.array(checkName)),
  /** Name of a check of a team's own. */
  CHECK: checkName,
  /** JSON list of what such a check looks at, where the configuration lists that. */
  TARGETS: text.transform(parseJson).pipe(resourceTargets),
  /** JSON list of what is resolved in the state when outputs are read: `[{"kind": "sqs", "of": {"output": "…"}}]`. */
  LOOKUPS: text.transform(parseJson).pipe(z.array(lookup)),
  /** For how many seconds a check is waited for when it is not ready. */
  WAIT_SECONDS: seconds,
  /** Whether the backends of environments exist outside of the runbook, and stay. */
  KEEP_BACKEND: z.enum(['yes', 'no']).transform((value) => value === 'yes'),
  /** JSON list of the stack's images: `[{"name": "…", "repository": "{prefix}-…", "service": "…"}]`. */
  IMAGES: text.transform(parseJson).pipe(z.array(declaredImage)),
  /** JSON list of the Terraform outputs that must be there: `[{"name": "…", "from": "…", "by": ["…"]}]`. */
  WANTED_OUTPUTS: text.transform(parseJson).pipe(z.array(wantedOutput)),
  /** Longest protection of an environment, counted from the time it is asked for. */
  MAX_PROTECT_DAYS: z.coerce.number().int().positive(),
  /** Comma list: how long before its end people are reminded of an environment. */
  WARN_MINUTES: commaList.pipe(z.array(z.coerce.number<string>().int().positive()).min(1).max(MOST_REMINDERS)),
  /** CodeBuild projects whose builds work on environments. */
  TERRAFORM_PROJECT: text,
  IMAGES_PROJECT: text,
  /** JSON object of the stack's variables that an execution may set, each with its type. */
  INPUT_TYPES: text.transform(parseJson).pipe(inputTypes),
  /** JSON list of what a team keeps on purpose: `[{"what": "…", "why": "…"}]`. */
  SWEEP_EXCLUSIONS: text.transform(parseJson).pipe(z.array(exclusion)),
  /** JSON list of what would stop a teardown and is accepted: `[{"risk": "…", "address": "…", "why": "…"}]`. */
  ACCEPTED_RISKS: text.transform(parseJson).pipe(z.array(acceptedRisk)),
  /** Role of the builds that make and destroy everything. */
  TERRAFORM_ROLE_ARN: text.startsWith('arn:'),
  /** More deletions than this are refused. */
  MAX_DELETIONS: z.coerce.number().int().positive(),
  NOTIFICATIONS_TOPIC_ARN: text.startsWith('arn:'),
  /** Of Amazon Q Developer in chat applications; empty where there is none. */
  CHAT_TOPIC_ARN: z.union([z.literal(''), text.startsWith('arn:')]),
  /** What the team's webhook takes; empty where there is none. */
  WEBHOOK: z.enum(['', ...WEBHOOK_FORMATS]),
  /** KMS key that signs certificates. */
  CERTIFICATE_KEY_ARN: text.startsWith('arn:'),
  /** For how many days S3 keeps each version of a certificate from being deleted; 0 for none. */
  CERTIFICATE_LOCK_DAYS: seconds,
  /** Role with whose credentials links to reports are signed. */
  REPORT_READER_ROLE_ARN: text.startsWith('arn:'),
  TEARDOWN_MACHINE_ARN: text.startsWith('arn:'),
  SWEEP_MACHINE_ARN: text.startsWith('arn:'),
  /** JSON object: the ARN of every machine, by its name. */
  MACHINE_ARNS: text.transform(parseJson).pipe(z.record(machineName, text.startsWith('arn:'))),
  /** How names of pull requests' environments begin: `pr`. */
  PULL_REQUEST_PREFIX: text,
  /** Writes the board. */
  BOARD_FUNCTION: text,
  EXPIRY_WARNING_FUNCTION_ARN: text.startsWith('arn:'),
  /** EventBridge Scheduler's group of the environments' schedules, and what they run as. */
  SCHEDULE_GROUP: text,
  SCHEDULE_ROLE_ARN: text.startsWith('arn:'),
  /** Takes what a schedule could not deliver. */
  DEAD_LETTER_QUEUE_ARN: text.startsWith('arn:'),
} as const;
export type VariableName = keyof typeof VARIABLES;

/** The variables of a function, parsed. */
export type EnvironmentOf<M extends { variables: readonly VariableName[] }> = {
  [V in M['variables'][number]]: z.output<(typeof VARIABLES)[V]>;
};

/**
 * Parses the variables of a function out of `environment`.
 * @throws {Error} naming every variable that is missing or malformed
 */
export function parseEnvironment<M extends { name: string; variables: readonly VariableName[] }>(
  { name, variables }: M,
  environment: Record<string, string | undefined>,
): EnvironmentOf<M> {
  const shape = Object.fromEntries(variables.map((variable) => [variable, VARIABLES[variable]]));
  const parsed = z.object(shape).safeParse(environment);
  if (parsed.success) return parsed.data as EnvironmentOf<M>;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`environment variables of ${name}: ${problems.join('; ')}`);
}
