import type * as z from 'zod';
import { type CheckName, type CheckResult, type Conclusion, describeIssues } from '../contracts/contracts.ts';
import type { EnvironmentOf, VariableName } from '../contracts/environment-variables.ts';
import { manifest as customManifest } from '../contracts/functions/custom-check.ts';
import type { CHECK_VARIABLES } from '../contracts/functions/define.ts';
import { type OutputsOf, outputsOf, type StackOutputs, stackOutputs } from '../contracts/outputs.ts';
import { type CheckRequest, validatorEvent } from '../contracts/request.ts';
import { awsFailure, describeError } from './aws-errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { InputError, NotReadyError } from './errors.ts';
import { isOwnError, lambda } from './middleware.ts';
import { lookTwice } from './observe-twice.ts';

/** A validator checks this target. */
export interface Target<O> {
  request: CheckRequest;
  /** The outputs that the check needs exist and are valid. */
  outputs: O;
}

export interface Check<O> {
  name: string;
  outputs: z.ZodType<O>;
  look: (target: Target<O>) => Promise<Conclusion>;
}

/**
 * Creates a Lambda handler for a check. The handler reads the environment's outputs, measures the time of the look, and
 * converts the conclusion to a result.
 * @param looks is `once` for a check that acts, or that itself reads each fact several times
 */
export function validator<C extends CheckName>(
  manifest: { name: `check-${C}`; variables: typeof CHECK_VARIABLES },
  look: Check<OutputsOf<C> & StackOutputs>['look'],
  looks: 'once' | 'twice' = 'twice',
) {
  const name = manifest.name.slice('check-'.length) as C;
  const twice: typeof look = (target) => lookTwice(() => look(target), systemClock);
  const check = { name, outputs: outputsOf(name), look: looks === 'twice' ? twice : look };
  return lambda(manifest, validatorEvent, ({ request, since }, { env }) =>
    validate(check, request, systemClock, until(since, env)),
  );
}

/**
 * Creates a Lambda handler for a custom check, which the stack names and grants its permissions (`checks` in the
 * configuration). The handler looks once, since the check may act. A check that only reads looks twice with
 * `lookTwice`.
 * @param outputs is the schema of the Terraform outputs that the check reads
 */
export function customCheck<O>(outputs: z.ZodType<O>, look: Check<O>['look']) {
  return lambda(
    customManifest,
    validatorEvent,
    ({ request, since }, { env }) =>
      validate({ name: env.CHECK, outputs, look }, request, systemClock, until(since, env)),
    () => `check-${process.env.CHECK}`,
  );
}

/** The variables of a check that a configuration lists. */
type Configured = { name: string; variables: readonly VariableName[] };

/**
 * Creates a Lambda handler for a check that a configuration lists as data.
 * @param looks is `once` for a check that acts
 */
export function configuredValidator<const M extends Configured>(
  manifest: M,
  look: (target: Target<StackOutputs>, env: EnvironmentOf<M>, since: number) => Promise<Conclusion>,
  looks: 'once' | 'twice' = 'twice',
) {
  return lambda(
    manifest,
    validatorEvent,
    ({ request, since }, { env }) => {
      const once = (target: Target<StackOutputs>) => look(target, env, Date.parse(since));
      const twice = (target: Target<StackOutputs>) => lookTwice(() => once(target), systemClock);
      const { CHECK, WAIT_SECONDS } = env as EnvironmentOf<{ variables: readonly ['CHECK', 'WAIT_SECONDS'] }>;
      const check = { name: CHECK, outputs: stackOutputs, look: looks === 'twice' ? twice : once };
      return validate(check, request, systemClock, until(since, { WAIT_SECONDS }));
    },
    () => `check-${process.env.CHECK}`,
  );
}

function until(since: string, { WAIT_SECONDS }: { WAIT_SECONDS: number }): number {
  return Date.parse(since) + WAIT_SECONDS * 1_000;
}

/**
 * @param until milliseconds: what is not ready by then has failed
 * @throws {NotReadyError} before that, with the JSON of the CheckResult as its message, failed or what it is otherwise
 * @throws whatever the look threw, when waiting may help; what cannot be looked at is a result, `unknown`
 */
export async function validate<O>(
  { name: check, outputs, look }: Check<O>,
  request: CheckRequest,
  clock: Clock,
  until: number,
): Promise<CheckResult> {
  const started = clock.now();
  const conclusion = await look(targetOf(request, outputs)).catch(unreadable);
  const { status, otherwise = 'failed', seen = { from: started, to: clock.now() }, ...rest } = conclusion;
  const result: CheckResult = {
    check,
    status: status === 'not-ready' ? otherwise : status,
    ...rest,
    startedAt: new Date(seen.from).toISOString(),
    durationMs: seen.to - seen.from,
  };
  const waits = status === 'not-ready' && clock.now() < until;
  if (waits) throw new NotReadyError(JSON.stringify(bounded(result, sizeInCause)));
  return bounded(result, sizeInState);
}

function targetOf<O>(request: CheckRequest, schema: z.ZodType<O>): Target<O> {
  const { environment, record } = request;
  if (!record?.outputs) {
    throw new InputError(
      `environment "${environment}" has no Terraform outputs in its record: provision it before validating it`,
    );
  }
  const parsed = schema.safeParse(record.outputs);
  if (parsed.success) return { request, outputs: parsed.data };
  throw new InputError(
    `the Terraform outputs of environment "${environment}" are not what this check needs: ${describeIssues(parsed.error)}; provision it again`,
  );
}

/**
 * Returns the result for a check that could not observe. Access was denied, or the answer makes no sense, whatever kind
 * of error the SDK or the check throws for it.
 */
function unreadable(error: unknown): Conclusion {
  if (isOwnError(error) || awsFailure(error) === 'transient') throw error;
  return {
    status: 'unknown',
    expected: 'an answer that the check can read',
    observed: describeError(error),
    evidence: {},
  };
}

/**
 * Step Functions carries all results in one state of 256 KiB, and an error's Cause in 32,768 characters. A Cause that
 * is cut is no valid JSON any more, and its result is lost.
 */
const MAX_RESULT_BYTES = 20_000;
const MAX_SENTENCE = 1_000;

const sizeInState = (result: CheckResult) => Buffer.byteLength(JSON.stringify(result));

/**
 * Returns the size of a thrown result. It is JSON in the message, in the JSON of the error from Lambda, in the JSON of
 * the state.
 */
const sizeInCause = (result: CheckResult) =>
  Buffer.byteLength(JSON.stringify(JSON.stringify({ errorMessage: JSON.stringify(result) })));

function bounded(result: CheckResult, sizeOf: (one: CheckResult) => number): CheckResult {
  if (sizeOf(result) <= MAX_RESULT_BYTES) return result;
  const expected = cut(result.expected, MAX_SENTENCE);
  const observed = cut(result.observed, MAX_SENTENCE);
  const text = JSON.stringify(result.evidence);
  const shortened = (length: number): CheckResult => ({
    ...{ ...result, expected, observed },
    evidence: { truncated: true, beginning: cut(text, length) },
  });
  let length = Math.min(text.length, MAX_RESULT_BYTES);
  while (length > 0 && sizeOf(shortened(length)) > MAX_RESULT_BYTES) length = Math.floor(length * 0.9);
  return shortened(length);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
