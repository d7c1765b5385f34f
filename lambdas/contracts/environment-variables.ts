import * as z from 'zod';
import { buildCheck } from './build-checks.ts';
import { checkName, commitSha, exclusion } from './contracts.ts';
import { declaredImage } from './images.ts';
import { journey } from './journeys.ts';
import { keptNames } from './kept-backend.ts';
import { MOST_REMINDERS } from './lease.ts';
import { wantedOutput } from './outputs.ts';
import { acceptedRisk } from './plan.ts';
import { machineName } from './record.ts';
import { lookup, resourceTargets } from './resource-checks.ts';
import { inputTypes } from './stack-variables.ts';
import { WEBHOOK_FORMATS } from './webhook-message.ts';

/**
 * This module has one schema for each environment variable of the Lambda functions. The manifest of a function in
 * `functions/` lists the variables that it needs. The CDK app sets exactly those, and the handler parses exactly those.
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
  /** The DynamoDB table has the environment records. */
  ENVIRONMENTS_TABLE: text,
  /** The bucket has bundles, plans, outputs, inventories and evidence. */
  CONTROL_BUCKET: text,
  /** The value of the tag `project` is on everything that Terraform creates. */
  PROJECT: text,
  /** The pattern builds an environment's prefix, such as `order-platform-{environment}-v3`. */
  NAME_PATTERN: text.includes('{environment}'),
  /** The value is a comma list of the accounts in which the runbook may work. */
  ALLOWED_ACCOUNTS: commaList.pipe(z.array(z.string().regex(/^\d{12}$/, 'must be account ids of 12 digits'))),
  /** The value is a comma list of the regions in which the runbook may work. */
  ALLOWED_REGIONS: commaList.pipe(z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be region names'))),
  /** The deployed configuration bundle (infra/, services/, …) is here. `claim` copies it to the run's own key. */
  BUNDLE_BUCKET: text,
  BUNDLE_KEY: text,
  /** The bundle was built from this commit or content hash. */
  BUNDLE_COMMIT: commitSha,
  /** This is the SHA-256 of the bundle's content, see lib/builds/source-archive.ts. */
  BUNDLE_SHA256: text.regex(/^[0-9a-f]{64}$/),
  /** The longest life of an environment is counted from its creation. */
  MAX_LIFE_HOURS: z.coerce.number().int().positive(),
  /** The value is a comma list of the names of the stack's checks. */
  CHECKS: commaList.pipe(z.array(checkName)),
  /** The value is the name of a custom check. */
  CHECK: checkName,
  /** JSON list of what such a check looks at, where the configuration lists that. */
  TARGETS: text.transform(parseJson).pipe(resourceTargets),
  /** The value is a JSON object with what the build of such a check needs: `{"project": "…", "variables": {…}}`. */
  BUILD: text.transform(parseJson).pipe(buildCheck),
  /** The value is a JSON object with the journey of such a check. */
  JOURNEY: text.transform(parseJson).pipe(journey),
  /** JSON list of what is resolved in the state when outputs are read: `[{"kind": "sqs", "of": {"output": "…"}}]`. */
  LOOKUPS: text.transform(parseJson).pipe(z.array(lookup)),
  /** For how many seconds a check is waited for when it is not ready. */
  WAIT_SECONDS: seconds,
  /** The value `yes` means that the backends of environments exist outside of the runbook, and stay. */
  KEEP_BACKEND: z.enum(['yes', 'no']).transform((value) => value === 'yes'),
  /**
   * The value is a JSON object with the names of such backends: `{"bucket": "…", "table": "…"}`. It is `null` where
   * they have the names that the bootstrap root would give them.
   */
  BACKEND_NAMES: text.transform(parseJson).pipe(keptNames.nullable()),
  /** The value is a JSON list of the stack's images: `[{"name": "…", "repository": "{prefix}-…", "service": "…"}]`. */
  IMAGES: text.transform(parseJson).pipe(z.array(declaredImage)),
  /** The value is a JSON list of the Terraform outputs that must exist: `[{"name": "…", "from": "…", "by": ["…"]}]`. */
  WANTED_OUTPUTS: text.transform(parseJson).pipe(z.array(wantedOutput)),
  /** The longest protection of an environment is counted from the time of the request. */
  MAX_PROTECT_DAYS: z.coerce.number().int().positive(),
  /** The value is a comma list. People get a reminder these numbers of minutes before the end of an environment. */
  WARN_MINUTES: commaList.pipe(z.array(z.coerce.number<string>().int().positive()).min(1).max(MOST_REMINDERS)),
  /** Builds of these two CodeBuild projects work on environments. */
  TERRAFORM_PROJECT: text,
  IMAGES_PROJECT: text,
  /** The value is a comma list. Builds of these CodeBuild projects have called AWS for a run: those of checks do too. */
  BUILD_PROJECTS: commaList,
  /** The value is a JSON object of the stack's variables that an execution may set, each with its type. */
  INPUT_TYPES: text.transform(parseJson).pipe(inputTypes),
  /** The value is a JSON list of what a team keeps on purpose: `[{"what": "…", "why": "…"}]`. */
  SWEEP_EXCLUSIONS: text.transform(parseJson).pipe(z.array(exclusion)),
  /** The value is a JSON list of accepted risks for a teardown: `[{"risk": "…", "address": "…", "why": "…"}]`. */
  ACCEPTED_RISKS: text.transform(parseJson).pipe(z.array(acceptedRisk)),
  /** The builds that create and destroy everything have this role. */
  TERRAFORM_ROLE_ARN: text.startsWith('arn:'),
  /** More deletions than this are refused. */
  MAX_DELETIONS: z.coerce.number().int().positive(),
  NOTIFICATIONS_TOPIC_ARN: text.startsWith('arn:'),
  /** Amazon Q Developer in chat applications reads this topic. The value is empty where it is not configured. */
  CHAT_TOPIC_ARN: z.union([z.literal(''), text.startsWith('arn:')]),
  /** What the team's webhook takes; empty where there is none. */
  WEBHOOK: z.enum(['', ...WEBHOOK_FORMATS]),
  /** KMS key that signs certificates. */
  CERTIFICATE_KEY_ARN: text.startsWith('arn:'),
  /** S3 keeps each version of a certificate from being deleted for this number of days. The value 0 means no lock. */
  CERTIFICATE_LOCK_DAYS: seconds,
  /** Links to reports are signed with the credentials of this role. */
  REPORT_READER_ROLE_ARN: text.startsWith('arn:'),
  TEARDOWN_MACHINE_ARN: text.startsWith('arn:'),
  SWEEP_MACHINE_ARN: text.startsWith('arn:'),
  /** The value is a JSON object with the ARN of every machine, by the machine's name. */
  MACHINE_ARNS: text.transform(parseJson).pipe(z.record(machineName, text.startsWith('arn:'))),
  /** Names of the environments of pull requests begin with this prefix, such as `pr`. */
  PULL_REQUEST_PREFIX: text,
  /** The function writes the board. */
  BOARD_FUNCTION: text,
  EXPIRY_WARNING_FUNCTION_ARN: text.startsWith('arn:'),
  /** EventBridge Scheduler's group has the environments' schedules, and the schedules run as the role. */
  SCHEDULE_GROUP: text,
  SCHEDULE_ROLE_ARN: text.startsWith('arn:'),
  /** The queue takes what a schedule could not deliver. */
  DEAD_LETTER_QUEUE_ARN: text.startsWith('arn:'),
} as const;
export type VariableName = keyof typeof VARIABLES;

/** The type has the parsed variables of a function. */
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
