import { type CheckResult, checkResult } from '../contracts/contracts.ts';
import type { Look } from '../contracts/observed.ts';
import type { FailedCheck } from '../contracts/payloads/validation.ts';
import type { ValidationVerdict } from '../contracts/record.ts';

export interface Validation {
  verdict: ValidationVerdict;
  failed: string[];
  unknown: string[];
  summary: string;
  results: CheckResult[];
  /** Each entry is the time at which a check read its subject. It is undefined for a check without a time. */
  looks: (Look | undefined)[];
}

/**
 * Combines the results. A requested check without exactly one result was not carried out, so it is unknown, and nothing
 * passes beside an unknown result.
 * @param now the time for results without a time of their own
 * @param unsettled why the checks may have looked at the wrong resources, if they may
 */
export function validationVerdict(
  requested: readonly string[],
  given: readonly (CheckResult | FailedCheck)[],
  now: string,
  unsettled?: string,
): Validation {
  const told = requested.map((check) => {
    const own = given.filter((one) => one.check === check);
    const [only] = own;
    return only && own.length === 1 ? toResult(only) : `${own.length} results were given`;
  });
  const results = told.map((one, index) => (typeof one === 'string' ? unknown(requested[index] ?? '', one, now) : one));
  const failed = results.filter((one) => one.status === 'failed');
  const unread = results.filter((one) => one.status === 'unknown');
  const passed = results.length - failed.length - unread.length;
  const verdict = failed.length > 0 ? 'FAILED' : unread.length > 0 || passed === 0 || unsettled ? 'UNKNOWN' : 'PASSED';
  return {
    verdict,
    failed: failed.map((one) => one.check),
    unknown: unread.map((one) => one.check),
    summary: `${unsettled ? `unknown: ${unsettled}; ` : ''}${summarize(passed, failed, unread)}`,
    results,
    looks: told.map((one) => (typeof one === 'string' ? undefined : lookOf(one))),
  };
}

/** @returns the reason when there is no result */
function toResult(one: CheckResult | FailedCheck): CheckResult | string {
  if ('status' in one) return one;
  return (one.error === 'NotReadyError' && carried(one)) || describe(one);
}

function lookOf({ startedAt, durationMs }: CheckResult): Look {
  const from = Date.parse(startedAt);
  return { from, to: from + durationMs };
}

/** Reads the CheckResult in the message of the JSON that Lambda creates from an error. */
function carried({ check, cause }: FailedCheck): CheckResult | undefined {
  const message = (parseJson(cause) as { errorMessage?: unknown } | undefined)?.errorMessage;
  const parsed = checkResult.safeParse(parseJson(typeof message === 'string' ? message : cause));
  if (!parsed.success || parsed.data.check !== check) return undefined;
  // The status in the message is not trusted: a result that passed would not have been thrown.
  return { ...parsed.data, status: parsed.data.status === 'unknown' ? 'unknown' : 'failed' };
}

function describe({ error, cause }: FailedCheck): string {
  const message = (parseJson(cause) as { errorMessage?: unknown } | undefined)?.errorMessage;
  return `${error}: ${(typeof message === 'string' ? message : cause).slice(0, 1_000) || 'no cause given'}`;
}

function unknown(check: string, observed: string, now: string): CheckResult {
  return {
    check,
    status: 'unknown',
    expected: 'an answer of the check',
    observed,
    evidence: {},
    startedAt: now,
    durationMs: 0,
  };
}

function summarize(passed: number, failed: CheckResult[], unread: CheckResult[]): string {
  const line = (one: CheckResult) => `${one.check} (${one.observed.slice(0, 300)})`;
  return [
    ...(failed.length ? [`failed: ${failed.map(line).join(', ')}`] : []),
    ...(unread.length ? [`unknown: ${unread.map(line).join(', ')}`] : []),
    `${passed} passed`,
  ].join('; ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
