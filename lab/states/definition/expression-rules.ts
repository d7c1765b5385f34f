import { expressionOf, parse } from '../expressions/jsonata.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';
import { type Readable, unsupportedReferences } from './references.ts';

/** These fields of a state hold expressions at any depth, beside Output and Assign. */
const FIELDS = [
  ...[
    'Arguments',
    'Items',
    'ItemSelector',
    'ItemBatcher',
    'TimeoutSeconds',
    'HeartbeatSeconds',
    'Seconds',
    'Timestamp',
  ],
  ...['MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage', 'Error', 'Cause'],
];
const WITH_RESULT = ['Task', 'Parallel', 'Map'];

/**
 * Every `{% … %}` of a state must be JSONata that reads what is there; a half-written one is a mistake, not a literal.
 */
export function checkExpressions(state: JsonObject, at: string, findings: Findings): void {
  for (const field of FIELDS) check(state[field], `${at}/${field}`, {}, findings);
  const result = WITH_RESULT.includes(String(state.Type));
  checkOutcome(state, at, { result }, findings);
  for (const [rule, path] of items(state.Choices, `${at}/Choices`)) {
    check(rule.Condition, `${path}/Condition`, {}, findings);
    checkOutcome(rule, path, {}, findings);
  }
  for (const [catcher, path] of items(state.Catch, `${at}/Catch`)) {
    checkOutcome(catcher, path, { errorOutput: true }, findings);
  }
  if (!isObject(state.ItemReader)) return;
  const { Arguments, ReaderConfig } = state.ItemReader;
  check(Arguments, `${at}/ItemReader/Arguments`, {}, findings);
  // Headers are names of columns, even in the form of an expression.
  const { CSVHeaders: _, ...config } = isObject(ReaderConfig) ? ReaderConfig : {};
  check(config, `${at}/ItemReader/ReaderConfig`, {}, findings);
}

function checkOutcome(place: JsonObject, at: string, readable: Readable, findings: Findings): void {
  for (const field of ['Output', 'Assign']) check(place[field], `${at}/${field}`, readable, findings);
}

function items(list: Json | undefined, at: string): [JsonObject, string][] {
  return (Array.isArray(list) ? list : []).flatMap((item, index): [JsonObject, string][] =>
    isObject(item) ? [[item, `${at}[${index}]`]] : [],
  );
}

function check(value: Json | undefined, at: string, readable: Readable, findings: Findings): void {
  if (typeof value === 'string') checkText(value, at, readable, findings);
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) check(item, `${at}[${index}]`, readable, findings);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) check(item, `${at}/${key}`, readable, findings);
  }
}

function checkText(text: string, at: string, readable: Readable, findings: Findings): void {
  const source = expressionOf(text);
  if (source === undefined) {
    if (text.startsWith('{%') === text.endsWith('%}')) return;
    findings.error(at, 'JSONata string must start with {% and end with %}');
    return;
  }
  try {
    const tree = parse(source).ast();
    for (const message of unsupportedReferences(tree, readable)) {
      findings.error(at, message, 'UNSUPPORTED_JSONATA_EXPRESSION');
    }
  } catch (error) {
    findings.error(at, (error as Error).message, 'INVALID_JSONATA_EXPRESSION');
  }
}
