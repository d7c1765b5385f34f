import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';

const integer = (least: number, most: number) => (value: Json) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

const RETRIER: Record<string, { valid: (value: Json) => boolean; rule: string }> = {
  IntervalSeconds: { valid: integer(1, 99_999_999), rule: 'a positive integer' },
  MaxAttempts: { valid: integer(0, 99_999_999), rule: 'a non-negative integer' },
  MaxDelaySeconds: { valid: integer(1, 31_622_400), rule: 'an integer from 1 to 31622400' },
  BackoffRate: { valid: (value) => typeof value === 'number' && value >= 1, rule: 'a number of at least 1.0' },
  JitterStrategy: { valid: (value) => value === 'FULL' || value === 'NONE', rule: 'FULL or NONE' },
};

export function checkRetry(value: Json, at: string, findings: Findings): void {
  for (const [retrier, path] of entries(value, at, findings)) {
    for (const [field, item] of Object.entries(retrier)) {
      if (field === 'ErrorEquals' || field === 'Comment') continue;
      const known = RETRIER[field];
      if (!known) findings.error(`${path}/${field}`, `Field '${field}' is not supported`);
      else if (!known.valid(item)) findings.error(`${path}/${field}`, `${field} must be ${known.rule}`);
    }
    const { IntervalSeconds = 1, MaxDelaySeconds } = retrier;
    if (MaxDelaySeconds !== undefined && Number(MaxDelaySeconds) <= Number(IntervalSeconds)) {
      findings.error(`${path}/MaxDelaySeconds`, 'MaxDelaySeconds must be greater than IntervalSeconds');
    }
  }
}

const CATCHER = ['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment'];

export function checkCatch(value: Json, at: string, findings: Findings): void {
  for (const [catcher, path] of entries(value, at, findings)) {
    if (catcher.Next === undefined) findings.error(path, 'These fields are required: [Next]');
    for (const field of Object.keys(catcher)) {
      if (!CATCHER.includes(field)) findings.error(`${path}/${field}`, `Field '${field}' is not supported`);
    }
  }
}

/** The retriers or catchers of a state, after the rules that both have: about ErrorEquals and States.ALL. */
function entries(value: Json, at: string, findings: Findings): [JsonObject, string][] {
  if (!Array.isArray(value)) {
    findings.error(at, 'must be a list');
    return [];
  }
  const found: [JsonObject, string][] = [];
  for (const [index, item] of value.entries()) {
    const path = `${at}[${index}]`;
    const names = isObject(item) ? item.ErrorEquals : undefined;
    if (!isObject(item) || !Array.isArray(names) || names.length === 0) {
      findings.error(`${path}/ErrorEquals`, 'ErrorEquals must be a list of at least one error name');
      continue;
    }
    if (names.includes('States.ALL')) checkWildcard(names, index === value.length - 1, path, findings);
    found.push([item, path]);
  }
  return found;
}

function checkWildcard(names: Json[], last: boolean, path: string, findings: Findings): void {
  const location = `${path}/ErrorEquals`;
  if (names.length > 1) findings.error(location, 'States.ALL must appear alone in ErrorEquals');
  if (!last) findings.error(location, 'States.ALL must be in the last element of the list');
}
