import * as z from 'zod';
import { describeIssues, environmentName, exclusion } from '../../lambdas/contracts/contracts.ts';
import { MOST_REMINDERS } from '../../lambdas/contracts/lease.ts';
import { WEBHOOK_FORMATS } from '../../lambdas/contracts/webhook-message.ts';
import { partitionOf } from '../partition.ts';
import { engine } from './engine-config.ts';
import { problemsOf, stackSchema, waits } from './stack-config.ts';

/** This module contains the schema of `runbook.config.ts`. The CDK app reads the file once, when it starts. */

const seconds = z.number().int().min(1).max(300);
const minutesBefore = z.number().int().min(5).max(2_880);
const accountId = z.string().regex(/^\d{12}$/, 'must be an account id of 12 digits');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as "eu-west-1"');

const configShape = z.strictObject({
  /**
   * Everything that Terraform creates has this value of the tag `project`. Terraform's role may change nothing else.
   */
  project: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be lower-case letters, digits and hyphens')
    .refine((name) => name !== 'runbook', 'must not be "runbook", the tag of what this project deploys'),
  /**
   * The pattern builds a prefix from an environment's name. With a suffix, as in `shop-{environment}-v3`, a name of one
   * environment can never belong to another. Without a suffix, an environment is refused if its name is the beginning
   * of a live environment's name up to a "-", or the reverse, and a resource that has neither tags nor a known name is
   * reported as not attributed.
   */
  namePattern: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\{environment\}[a-z0-9-]*$/, 'must start with a letter and contain "{environment}" once')
    .refine(
      (pattern) => !pattern.startsWith('runbook'),
      'must not start with "runbook", as what this project deploys does',
    ),
  /** The machines may work in these accounts. An empty list permits only the account that the stack is deployed to. */
  allowedAccounts: z.array(accountId),
  allowedRegions: z
    .array(region)
    .min(1, 'must name at least one region')
    .refine((regions) => new Set(regions.map(partitionOf)).size < 2, 'must be regions of one partition'),
  /** This is the Terraform root, and what is validated in the environments that it creates. */
  stack: stackSchema,
  maxLifeHours: z.number().int().min(1).max(72),
  expiry: z.strictObject({
    /** At this time, everything that is past its end is torn down, in case its own schedule did not run: `03:00`. */
    nightlyAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "03:00"'),
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as "Europe/Dublin"'),
    /**
     * People get a reminder this long before the end of an environment, once or up to three times. Reminders that are
     * longer than the environment's life are not sent.
     */
    warnMinutes: z
      .union([minutesBefore.transform((minutes) => [minutes]), z.array(minutesBefore).min(1).max(MOST_REMINDERS)])
      .refine((all) => new Set(all).size === all.length, 'must not name a time twice'),
    /** A protection from teardown may last at most this long after its request. */
    protectDays: z.number().int().min(1).max(90),
  }),
  controlPlane: z.strictObject({
    /**
     * This decides what happens to the control bucket and the records when the stack is deleted. S3 deletes only an
     * empty bucket.
     */
    onDelete: z.enum(['retain', 'destroy']),
    /**
     * For this number of days, S3 prevents the deletion of each version of a certificate (Object Lock, governance
     * mode). 0 disables the lock.
     */
    lockCertificatesDays: z.number().int().min(0).max(3_650).default(0),
    logRetentionDays: z.union([
      z.literal(1),
      z.literal(7),
      z.literal(14),
      z.literal(30),
      z.literal(90),
      z.literal(365),
    ]),
  }),
  /** This repository may deploy from GitHub Actions. By default, none may. */
  github: z
    .strictObject({
      /**
       * The value is the repository as in the subject of its tokens. Newer repositories have numbers there:
       * `owner@1/name@2`.
       */
      repository: z
        .string()
        .regex(
          /^[A-Za-z0-9-]+(@\d+)?\/[A-Za-z0-9._-]+(@\d+)?$/,
          'must be "owner/name", or "owner@1234/name@5678" for a repository with immutable subject claims',
        ),
      branch: z
        .string()
        .regex(/^[A-Za-z0-9._/-]+$/, 'must be the name of a branch, without "refs/heads/" or wildcards'),
      /**
       * The repository may push to the image repositories of these environments. The default is all environments of the
       * name pattern.
       */
      environments: z.array(environmentName).min(1).optional(),
      /**
       * Workflows of pull requests use this role, which has access only to their environments. By default, there is
       * none.
       */
      pullRequests: z
        .strictObject({
          /**
           * This is a GitHub environment, which the workflow's job names. Its rules decide whose pull requests may use
           * the role.
           */
          environment: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be the name of an environment of GitHub'),
          /** Names begin with this prefix: `pr-123`. Two repositories in one account need different prefixes. */
          prefix: z
            .string()
            .regex(/^[a-z][a-z0-9]{1,9}$/, 'must be 2 to 10 characters: a lower-case letter, then a-z or 0-9')
            .default('pr'),
        })
        .optional(),
      /**
       * This is the ARN of the account's provider for token.actions.githubusercontent.com, if it exists. An account
       * cannot have a second one.
       */
      providerArn: z
        .string()
        .regex(
          /^arn:[a-z-]+:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
          'must be the ARN of the provider token.actions.githubusercontent.com',
        )
        .optional(),
    })
    .optional(),
  notifications: z.strictObject({
    email: z.email('must be an e-mail address').optional(),
    /** When true, the stack creates a topic that Amazon Q Developer in chat applications (Slack, Teams) can read. */
    chat: z.boolean().optional(),
    /** Gets every message too: a channel of Slack, or a workflow of Teams. Its address is a secret, so it is in Secrets Manager. */
    webhook: z
      .strictObject({
        format: z.enum(WEBHOOK_FORMATS),
        /** Name of the secret. */
        secret: z
          .string()
          .regex(
            /^[A-Za-z0-9/_+=.@-]{1,512}$/,
            'must be the name of a secret of Secrets Manager, and not the address itself',
          ),
        /** Its key that has the address. */
        field: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a key of the secret')
          .default('url'),
      })
      .optional(),
  }),
  engine,
  terraform: z.strictObject({
    version: z.never('is engine.version now').optional(),
    timeoutMinutes: z.number().int().min(5).max(480),
    /** A destroy plan with more deletions is refused. */
    maxDeletions: z.number().int().min(1),
    /**
     * This is the ARN of the policy that bounds every role which Terraform creates. It replaces the stack's own
     * `runbook-boundary`.
     */
    permissionsBoundary: z
      .string()
      .regex(/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/[A-Za-z0-9+=,.@_/-]{1,512}$/, 'must be the ARN of an IAM policy')
      .optional(),
  }),
  images: z.strictObject({
    timeoutMinutes: z.number().int().min(5).max(480),
    /**
     * The images are built for this architecture. A Terraform root that declares `cpu_architecture` gets it as the
     * value.
     */
    architecture: z.enum(['ARM64', 'X86_64']).default('ARM64'),
  }),
  approval: z.strictObject({ timeoutMinutes: z.number().int().min(1).max(1440) }),
  /**
   * A check that is not ready is repeated at this interval, for this number of seconds in all. Custom checks define
   * their own time.
   */
  validation: z.strictObject({ intervalSeconds: seconds, waitSeconds: waits }),
  /** A sweep waits for this time between its two passes. */
  sweep: z.strictObject({
    settleSeconds: seconds,
    /**
     * A team keeps these resources on purpose, and a sweep lists them as such. `{environment}` stands for the
     * environment's name.
     */
    exclusions: z.array(exclusion).max(20).default([]),
  }),
});

const configSchema = configShape.superRefine(({ stack, validation, controlPlane }, context) => {
  if (controlPlane.lockCertificatesDays > 0 && controlPlane.onDelete === 'destroy') {
    const message = 'needs onDelete "retain": S3 deletes no bucket that has locked objects';
    context.addIssue({ code: 'custom', path: ['controlPlane', 'lockCertificatesDays'], message });
  }
  for (const [path, message] of problemsOf(stack, validation.waitSeconds)) {
    context.addIssue({ code: 'custom', path, message });
  }
});

export type RunbookConfig = z.input<typeof configSchema>;
export type Config = z.output<typeof configSchema>;
export type CpuArchitecture = Config['images']['architecture'];

function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}

/** @throws {Error} naming every key that is missing, unknown or malformed, and the valid values */
export function parseConfig(input: unknown): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Error(`runbook.config.ts: ${describeIssues(parsed.error)}`);
}
