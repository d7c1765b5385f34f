import { expressionOf } from '../expressions/jsonata.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';

/** The range has the least and the most that a number may be. */
export interface Range {
  least: number;
  most?: number;
  fractions?: true;
}

/** AWS's longest duration, for timeouts, heartbeats, waits and intervals (Amazon States Language, "seconds"). */
export const LONGEST_SECONDS = 99_999_999;

/** These fields of states are numbers, or expressions that yield them. */
export const NUMBERS: Record<string, Range> = {
  TimeoutSeconds: { least: 1, most: LONGEST_SECONDS },
  HeartbeatSeconds: { least: 1, most: LONGEST_SECONDS },
  Seconds: { least: 0, most: LONGEST_SECONDS },
  MaxConcurrency: { least: 0 },
  ToleratedFailureCount: { least: 0 },
  ToleratedFailurePercentage: { least: 0, most: 100, fractions: true },
};

/** Reports the value in AWS's words, unless it is a number in its range or an expression. */
export function checkNumber(value: Json | undefined, at: string, range: Range, findings: Findings): void {
  if (value === undefined || (typeof value === 'string' && expressionOf(value) !== undefined)) return;
  const { least, most = Number.MAX_SAFE_INTEGER, fractions } = range;
  if (typeof value !== 'number' || !(fractions || Number.isInteger(value))) {
    findings.error(at, `Expected value of type ${fractions ? 'Number' : 'Integer'}`);
  } else if (value < least) findings.error(at, `Minimum value is ${least}`);
  else if (value > most) findings.error(at, `Maximum value is ${most}`);
}

export function checkString(value: Json | undefined, at: string, findings: Findings): void {
  if (value !== undefined && typeof value !== 'string') findings.error(at, 'Expected value of type String');
}

export function checkOneOf(value: Json | undefined, at: string, known: string[], findings: Findings): void {
  if (value === undefined || known.includes(value as string)) return;
  findings.error(at, `Value should be one of the following: [${known.join(', ')}]`);
}

/** Reports every field that does not belong there, at the object that has it. */
export function checkFields(place: JsonObject, at: string, known: readonly string[], findings: Findings): void {
  for (const field of Object.keys(place)) {
    if (!known.includes(field)) findings.error(at, `Field '${field}' is not supported`);
  }
}

export function checkRequired(place: JsonObject, at: string, required: string[], findings: Findings): void {
  const missing = required.filter((field) => place[field] === undefined);
  if (missing.length > 0) findings.error(at, `These fields are required: [${missing.join(', ')}]`);
}
