import { awsFailure, describeError } from './aws-errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { CheckName, CheckResult, Conclusion, StackOutputs } from './contracts.ts';
import { InputError, NotReadyError } from './errors.ts';
import { MalformedAnswer } from './malformed-answer.ts';
import { lambda } from './middleware.ts';
import { type PreflightRequest, validatorEvent } from './request.ts';

/** What a validator looks at. */
export interface Target {
  request: PreflightRequest;
  outputs: StackOutputs;
}

/** A Lambda around a check: finds the environment's outputs, times the look, and turns the conclusion into a result. */
export function validator(check: CheckName, look: (target: Target) => Promise<Conclusion>) {
  return lambda(`check-${check}`, validatorEvent, ({ request, since }, { env }) =>
    validate(check, request, look, systemClock, Date.parse(since) + env.CHECK_WAITS[check] * 1_000),
  );
}

/**
 * @param until milliseconds: what is not ready by then has failed
 * @throws {NotReadyError} before that, with the JSON of the CheckResult, `failed`, as its message
 * @throws whatever the look threw, when waiting may help; what cannot be looked at is a result, `unknown`
 */
export async function validate(
  check: CheckName,
  request: PreflightRequest,
  look: (target: Target) => Promise<Conclusion>,
  clock: Clock,
  until: number,
): Promise<CheckResult> {
  const started = clock.now();
  const conclusion = await look(targetOf(request)).catch(unreadable);
  const { status, ...rest } = conclusion;
  const result: CheckResult = {
    check,
    status: status === 'not-ready' ? 'failed' : status,
    ...rest,
    evidence: bounded(rest.evidence),
    startedAt: new Date(started).toISOString(),
    durationMs: clock.now() - started,
  };
  if (status === 'not-ready' && clock.now() < until) throw new NotReadyError(JSON.stringify(result));
  return result;
}

function targetOf(request: PreflightRequest): Target {
  const outputs = request.record?.outputs;
  if (outputs) return { request, outputs };
  throw new InputError(
    `environment "${request.environment}" has no Terraform outputs in its record: provision it before validating it`,
  );
}

/** Access denied, or an answer that makes no sense: we could not look, and looking again would not change that. */
function unreadable(error: unknown): Conclusion {
  const failure = awsFailure(error);
  const malformed = error instanceof MalformedAnswer || error instanceof SyntaxError;
  if (failure !== 'denied' && failure !== 'refused' && !malformed) throw error;
  return {
    status: 'unknown',
    expected: 'to be allowed to look, and to understand the answer',
    observed: describeError(error),
    evidence: {},
  };
}

/** Step Functions carries all results in one state of 256 KiB; one check may not use it up. */
const MAX_EVIDENCE_BYTES = 20_000;

function bounded(evidence: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(evidence);
  if (Buffer.byteLength(text) <= MAX_EVIDENCE_BYTES) return evidence;
  return { truncated: true, beginning: Buffer.from(text).subarray(0, MAX_EVIDENCE_BYTES).toString('utf8') };
}
