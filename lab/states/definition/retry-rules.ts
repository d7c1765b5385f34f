import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';
import {
  checkFields,
  checkNumber,
  checkOneOf,
  checkRequired,
  checkString,
  LONGEST_SECONDS,
  type Range,
} from './field-rules.ts';

const RETRIER: Record<string, Range> = {
  IntervalSeconds: { least: 0, most: LONGEST_SECONDS },
  MaxAttempts: { least: 0, most: LONGEST_SECONDS },
  MaxDelaySeconds: { least: 1, most: 31_622_400 },
  BackoffRate: { least: 1, fractions: true },
};

/** Step Functions itself gives these names to errors; no other may begin with `States.`. */
const RESERVED = [
  ...['ALL', 'BranchFailed', 'DataLimitExceeded', 'ExceedToleratedFailureThreshold', 'HeartbeatTimeout', 'Http.Socket'],
  ...['IntrinsicFailure', 'ItemReaderFailed', 'NoChoiceMatched', 'ParameterPathFailure', 'Permissions'],
  ...['QueryEvaluationError', 'ResultPathMatchFailure', 'ResultWriterFailed', 'Runtime', 'TaskFailed', 'Timeout'],
].map((name) => `States.${name}`);

export function checkRetry(value: Json, at: string, findings: Findings): void {
  for (const [retrier, path] of entries(value, at, findings)) {
    checkFields(retrier, path, [...Object.keys(RETRIER), 'ErrorEquals', 'JitterStrategy', 'Comment'], findings);
    checkString(retrier.Comment, `${path}/Comment`, findings);
    checkOneOf(retrier.JitterStrategy, `${path}/JitterStrategy`, ['NONE', 'FULL'], findings);
    for (const [field, range] of Object.entries(RETRIER)) {
      if (typeof retrier[field] === 'string') findings.error(`${path}/${field}`, 'Expected value of type Number');
      else checkNumber(retrier[field], `${path}/${field}`, range, findings);
    }
    const { IntervalSeconds = 1, MaxDelaySeconds } = retrier;
    if (MaxDelaySeconds !== undefined && Number(MaxDelaySeconds) <= Number(IntervalSeconds)) {
      findings.error(`${path}/MaxDelaySeconds`, 'MaxDelaySeconds must be greater than IntervalSeconds');
    }
  }
}

export function checkCatch(value: Json, at: string, findings: Findings): void {
  for (const [catcher, path] of entries(value, at, findings)) {
    checkRequired(catcher, path, ['Next'], findings);
    checkFields(catcher, path, ['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment'], findings);
    checkString(catcher.Comment, `${path}/Comment`, findings);
  }
}

/** Returns the retriers or catchers of a state, after the rules about ErrorEquals that both have. */
function entries(value: Json, at: string, findings: Findings): [JsonObject, string][] {
  if (!Array.isArray(value)) {
    findings.error(at, 'Expected value of type Array');
    return [];
  }
  const found: [JsonObject, string][] = [];
  for (const [index, item] of value.entries()) {
    const path = `${at}[${index}]`;
    if (!isObject(item)) findings.error(path, 'Expected value of type Object');
    else {
      checkRequired(item, path, ['ErrorEquals'], findings);
      checkNames(item.ErrorEquals, index === value.length - 1, `${path}/ErrorEquals`, findings);
      found.push([item, path]);
    }
  }
  return found;
}

function checkNames(names: Json | undefined, last: boolean, at: string, findings: Findings): void {
  if (names === undefined) return;
  if (!Array.isArray(names)) findings.error(at, 'Expected value of type Array');
  else if (names.length === 0) findings.error(at, 'Value cannot be empty');
  else {
    for (const name of names) {
      checkString(name, at, findings);
      const reserved = typeof name === 'string' && name.startsWith('States.');
      if (reserved && !RESERVED.includes(name)) findings.error(at, `The reserved error name '${name}' does not exist`);
    }
    if (names.includes('States.ALL') && !(last && names.length === 1)) {
      findings.error(at, 'States.ALL must appear alone and at end of list');
    }
  }
}
