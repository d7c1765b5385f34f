import * as z from 'zod';
import { describeIssues, environmentName, exclusion } from '../../lambdas/contracts/contracts.ts';
import { MOST_REMINDERS } from '../../lambdas/contracts/lease.ts';
import { WEBHOOK_FORMATS } from '../../lambdas/contracts/webhook-message.ts';
import { partitionOf } from '../partition.ts';
import { engine } from './engine-config.ts';
import { problemsOf, stackSchema, waits } from './stack-config.ts';

/** Schema of `runbook.config.ts`. It is read once, when the CDK app starts. */

const seconds = z.number().int().min(1).max(300);
const minutesBefore = z.number().int().min(5).max(2_880);
const accountId = z.string().regex(/^\d{12}$/, 'must be an account id of 12 digits');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as "eu-west-1"');

const configShape = z.strictObject({
  /** Value of the tag `project` on everything that Terraform makes; its role may touch nothing else. */
  project: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be lower-case letters, digits and hyphens'),
  /**
   * How a prefix is built from an environment's name. With a suffix, as in `shop-{environment}-v3`, no name of one
   * environment can be another's. Without one, an environment whose name is the beginning of a living one's up to a "-", or
   * the other way round, is refused, and what has neither tags nor a known name is reported as not attributed.
   */
  namePattern: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\{environment\}[a-z0-9-]*$/, 'must start with a letter and contain "{environment}" once')
    .refine(
      (pattern) => !pattern.startsWith('runbook'),
      'must not start with "runbook", as what this project deploys does',
    ),
  /** Accounts in which the machines may work; empty for only the one that the stack is deployed to. */
  allowedAccounts: z.array(accountId),
  allowedRegions: z
    .array(region)
    .min(1, 'must name at least one region')
    .refine((regions) => new Set(regions.map(partitionOf)).size < 2, 'must be regions of one partition'),
  /** The Terraform root, and what is looked at in what it makes. */
  stack: stackSchema,
  maxLifeHours: z.number().int().min(1).max(72),
  expiry: z.strictObject({
    /** When everything is torn down whose time is over, in case its own schedule did not: `03:00`. */
    nightlyAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "03:00"'),
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as "Europe/Dublin"'),
    /** How long before the end of an environment people are reminded of it: once, or up to three times. Those that fit are sent. */
    warnMinutes: z
      .union([minutesBefore.transform((minutes) => [minutes]), z.array(minutesBefore).min(1).max(MOST_REMINDERS)])
      .refine((all) => new Set(all).size === all.length, 'must not name a time twice'),
    /** Longest protection from being torn down, counted from the time it is asked for. */
    protectDays: z.number().int().min(1).max(90),
  }),
  controlPlane: z.strictObject({
    /** What becomes of the control bucket and the records when the stack is deleted. A bucket must be empty to go. */
    onDelete: z.enum(['retain', 'destroy']),
    /** For how many days S3 keeps each version of a certificate from being deleted (Object Lock, governance mode); 0 for none. */
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
  /** Whoever may deploy from GitHub Actions; nobody by default. */
  github: z
    .strictObject({
      /** As the subject of its tokens has it: newer repositories have numbers there, `owner@1/name@2`. */
      repository: z
        .string()
        .regex(
          /^[A-Za-z0-9-]+(@\d+)?\/[A-Za-z0-9._-]+(@\d+)?$/,
          'must be "owner/name", or "owner@1234/name@5678" for a repository with immutable subject claims',
        ),
      branch: z
        .string()
        .regex(/^[A-Za-z0-9._/-]+$/, 'must be the name of a branch, without "refs/heads/" or wildcards'),
      /** Environments whose repositories it may push to; all of the name pattern by default. */
      environments: z.array(environmentName).min(1).optional(),
      /** A role for workflows of pull requests, which reaches their environments alone; none by default. */
      pullRequests: z
        .strictObject({
          /** Of GitHub, which the workflow's job names: its rules say whose pull requests may use the role. */
          environment: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be the name of an environment of GitHub'),
          /** Of names: `pr-123`. Two repositories that share an account have two. */
          prefix: z
            .string()
            .regex(/^[a-z][a-z0-9]{1,9}$/, 'must be 2 to 10 characters: a lower-case letter, then a-z or 0-9')
            .default('pr'),
        })
        .optional(),
      /** Of the account's provider for token.actions.githubusercontent.com, if it has one: it can have no second. */
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
    /** Whether a topic is made that Amazon Q Developer in chat applications (Slack, Teams) can read. */
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
    /** ARN of the policy that bounds every role which Terraform makes, instead of the stack's own `runbook-boundary`. */
    permissionsBoundary: z
      .string()
      .regex(/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/[A-Za-z0-9+=,.@_/-]{1,512}$/, 'must be the ARN of an IAM policy')
      .optional(),
  }),
  images: z.strictObject({
    timeoutMinutes: z.number().int().min(5).max(480),
    /** What the images are built for, and what a Terraform root that declares `cpu_architecture` gets as its value. */
    architecture: z.enum(['ARM64', 'X86_64']).default('ARM64'),
  }),
  approval: z.strictObject({ timeoutMinutes: z.number().int().min(1).max(1440) }),
  /** How often a check that is not ready is asked again, and for how many seconds in all; custom checks say it themselves. */
  validation: z.strictObject({ intervalSeconds: seconds, waitSeconds: waits }),
  /** How long a sweep waits between its two passes. */
  sweep: z.strictObject({
    settleSeconds: seconds,
    /** What a team keeps on purpose; a sweep lists it as such. `{environment}` stands for the environment's name. */
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

/** @throws {Error} naming every key that is missing, unknown or malformed, and what it must be */
export function parseConfig(input: unknown): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Error(`runbook.config.ts: ${describeIssues(parsed.error)}`);
}
