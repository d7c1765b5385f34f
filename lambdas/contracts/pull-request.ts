import * as z from 'zod';
import { commitSha } from './contracts.ts';
import { environmentStatus, instant, validationVerdict } from './record.ts';

/** This module describes the requests of a pipeline for a pull request, and the answers. */

const number = z.number().int().positive();
/** The attempt is that of the pipeline. The same attempt starts the same execution, however often it asks. */
const attempt = z.string().regex(/^\d{1,12}(-\d{1,4})?$/, 'must be a number, such as 12 or 12-1');

export const pullRequestEvent = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('provision'), number, attempt, ttlHours: z.number().int().min(1).max(72) }),
  z.strictObject({ action: z.literal('deploy'), number, attempt, commit: commitSha }),
  z.strictObject({ action: z.literal('validate'), number, attempt }),
  z.strictObject({ action: z.literal('teardown'), number, attempt }),
  z.strictObject({ action: z.literal('extend'), number, attempt, hours: z.number().int().min(1).max(72) }),
  z.strictObject({ action: z.literal('protect'), number, attempt, until: instant.nullable() }),
  z.strictObject({ action: z.literal('status'), number }),
  z.strictObject({ action: z.literal('list') }),
]);
export type PullRequestEvent = z.infer<typeof pullRequestEvent>;
type Started = Exclude<PullRequestEvent, { action: 'status' | 'list' }>;
export type PullRequestMachine = Started['action'];

export const startedResult = z.object({ environment: z.string(), execution: z.string() });

/** The status is `NONE` where there is no record. */
export const pullRequestStatus = z.object({
  environment: z.string(),
  /** The value is false where the deployed stack has no images: there is nothing to push or to deploy. */
  hasImages: z.boolean(),
  status: z.enum(['NONE', ...environmentStatus.options]),
  commit: z.string().optional(),
  /** The address of the application. */
  url: z.string().optional(),
  endsAt: instant.optional(),
  /** Both amounts are by list prices. */
  usdPerHour: z.number().optional(),
  usdSoFar: z.number().optional(),
  verdict: validationVerdict.optional(),
  validatedAt: instant.optional(),
  /** The JSON report is in the control bucket. */
  report: z.object({ bucket: z.string(), key: z.string() }).optional(),
  /** The text describes the last failed execution of the environment. */
  failure: z.string().optional(),
});
export type PullRequestStatus = z.infer<typeof pullRequestStatus>;

/** The list has the environments that are not GONE, or whose records cannot be read. */
export const pullRequestList = z.object({ numbers: z.array(number) });
