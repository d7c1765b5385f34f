import * as z from 'zod';
import { checkName, checkResult } from '../contracts.ts';
import { validationVerdict } from '../record.ts';
import { preflightRequest, text } from '../request.ts';

/** A Catch around a validator passes on `$states.errorOutput.Error` and `.Cause`. */
export const failedCheck = z.object({ check: checkName, error: z.string(), cause: z.string().default('') });
export type FailedCheck = z.infer<typeof failedCheck>;

/**
 * `evidence` takes this event. A NotReadyError's cause is unpacked into the CheckResult that its message carries. Any
 * other error, and a requested check without a result, is an `unknown`.
 */
export const evidenceEvent = z.object({
  request: preflightRequest.pick({
    ...{ environment: true, run: true, execution: true, commit: true, accountId: true, region: true },
    ...{ keys: true, checks: true, record: true },
  }),
  results: z.array(z.union([checkResult, failedCheck])),
});
export type EvidenceEvent = z.infer<typeof evidenceEvent>;

export const evidenceResult = z.object({
  verdict: validationVerdict,
  /** These checks failed. */
  failed: z.array(checkName),
  /** These checks could not observe. */
  unknown: z.array(checkName),
  /** The line says for a person which checks failed, and what they observed. */
  summary: z.string(),
  /** The label, such as `PARTIAL 1/7`, is absent when all checks of the stack were requested. */
  partial: text.optional(),
  /** The values are keys in the bucket. `html` is the report for people and is absent when it could not be written. */
  evidence: z.object({ bucket: text, prefix: text, report: text, html: text.optional() }),
});
export type EvidenceResult = z.infer<typeof evidenceResult>;
