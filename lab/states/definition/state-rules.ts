import { expressionOf } from '../expressions/jsonata.ts';
import { INPUT_TYPES } from '../integrations/item-reader.ts';
import { integrationFor } from '../integrations/registry.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';
import { checkCatch, checkRetry } from './retry-rules.ts';

type Check = (state: JsonObject, at: string, findings: Findings) => void;

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const FLOW = [...COMMON, 'Next', 'End', 'Output', 'Assign'];
const FALLIBLE = [...FLOW, 'Arguments', 'Retry', 'Catch'];
const MAP = ['Items', 'ItemReader', 'ItemSelector', 'ItemBatcher', 'ItemProcessor', 'MaxConcurrency'];
const TOLERANCE = ['ToleratedFailureCount', 'ToleratedFailurePercentage', 'Label', 'ResultWriter'];

const TYPES: Record<string, { fields: string[]; check?: Check }> = {
  Task: { fields: [...FALLIBLE, 'Resource', 'TimeoutSeconds', 'HeartbeatSeconds'], check: checkTask },
  Parallel: { fields: [...FALLIBLE, 'Branches'], check: checkParallel },
  Map: { fields: [...FALLIBLE.filter((field) => field !== 'Arguments'), ...MAP, ...TOLERANCE], check: checkMap },
  Pass: { fields: FLOW },
  Wait: { fields: [...FLOW, 'Seconds', 'Timestamp'], check: checkWait },
  Choice: { fields: [...COMMON, 'Choices', 'Default', 'Output', 'Assign'], check: checkChoice },
  Succeed: { fields: [...COMMON, 'Output'] },
  Fail: { fields: [...COMMON, 'Error', 'Cause'], check: checkFail },
};

/** Fields of JSONPath states, which are not ignored but refused. */
const JSONPATH_FIELDS = /Path$|^(Parameters|Result|ResultSelector|Iterator)$/;

export function checkState(state: JsonObject, at: string, findings: Findings): void {
  const type = TYPES[String(state.Type)];
  if (!type) {
    const known = Object.keys(TYPES).join(', ');
    findings.error(`${at}/Type`, `The value for the field 'Type' must be one of: ${known}`);
    return;
  }
  for (const field of Object.keys(state)) {
    if (type.fields.includes(field)) continue;
    if (JSONPATH_FIELDS.test(field)) {
      const message = `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`;
      findings.error(`${at}/${field}`, message);
    } else findings.error(`${at}/${field}`, `Field '${field}' is not supported`);
  }
  for (const field of NUMBERS) checkNumber(state[field], `${at}/${field}`, field, findings);
  if (type.fields.includes('End')) checkEnd(state, at, findings);
  if (state.Retry !== undefined) checkRetry(state.Retry, `${at}/Retry`, findings);
  if (state.Catch !== undefined) checkCatch(state.Catch, `${at}/Catch`, findings);
  type.check?.(state, at, findings);
}

/** Fields that are a number, or an expression for one. */
const NUMBERS = ['TimeoutSeconds', 'HeartbeatSeconds', 'Seconds', 'MaxConcurrency', ...TOLERANCE.slice(0, 2)];

function checkNumber(value: Json | undefined, at: string, field: string, findings: Findings): void {
  if (value === undefined || typeof value === 'number') return;
  if (typeof value === 'string' && expressionOf(value) !== undefined) return;
  findings.error(at, `${field} must be a number or a JSONata expression, but is ${JSON.stringify(value)}`);
}

function checkEnd(state: JsonObject, at: string, findings: Findings): void {
  if ((state.Next === undefined) === (state.End === undefined)) {
    findings.error(at, "Exactly one of the fields 'Next' and 'End' is required", 'SCHEMA_VALIDATION_FAILED');
  } else if (state.End !== undefined && state.End !== true) findings.error(`${at}/End`, "'End' must be true");
}

function checkTask(state: JsonObject, at: string, findings: Findings): void {
  const { Resource, TimeoutSeconds, HeartbeatSeconds } = state;
  if (typeof Resource !== 'string' || !integrationFor(Resource)) {
    const reason = 'The value is not a valid resource ARN, or the resource is not available in this region.';
    findings.error(`${at}/Resource`, `The resource provided ${String(Resource)} is not recognized. ${reason}`);
  }
  for (const field of ['TimeoutSeconds', 'HeartbeatSeconds']) {
    const value = state[field];
    if (typeof value === 'number' && !(Number.isInteger(value) && value > 0)) {
      findings.error(`${at}/${field}`, `${field} must be a positive integer`);
    }
  }
  const both = typeof TimeoutSeconds === 'number' && typeof HeartbeatSeconds === 'number';
  if (both && HeartbeatSeconds >= TimeoutSeconds) {
    findings.error(`${at}/HeartbeatSeconds`, 'HeartbeatSeconds must be smaller than TimeoutSeconds');
  }
}

function checkParallel(state: JsonObject, at: string, findings: Findings): void {
  if (Array.isArray(state.Branches) && state.Branches.length > 0) return;
  findings.error(`${at}/Branches`, 'Branches must be a list of at least one branch');
}

function checkMap(state: JsonObject, at: string, findings: Findings): void {
  const { ItemProcessor: processor, ItemReader: reader, Items } = state;
  if (!isObject(processor)) {
    findings.error(at, 'These fields are required: [ItemProcessor]');
    return;
  }
  const config = isObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  const distributed = config.Mode === 'DISTRIBUTED';
  if (state.ResultWriter !== undefined) findings.error(`${at}/ResultWriter`, 'ResultWriter is not available here');
  for (const field of ['ItemReader', 'ItemBatcher', 'Label']) {
    if (state[field] !== undefined && !distributed) {
      findings.error(`${at}/${field}`, `'${field}' is only supported in a Map with Mode DISTRIBUTED`);
    }
  }
  if (reader !== undefined && Items !== undefined) findings.error(at, "'Items' and 'ItemReader' exclude each other");
  if (!isObject(reader)) return;
  const inputType = isObject(reader.ReaderConfig) ? reader.ReaderConfig.InputType : undefined;
  if (inputType !== undefined && !INPUT_TYPES.includes(String(inputType))) {
    const message = `The InputType '${String(inputType)}' is not available here; there are: ${INPUT_TYPES.join(', ')}`;
    findings.error(`${at}/ItemReader/ReaderConfig/InputType`, message);
  }
}

function checkWait(state: JsonObject, at: string, findings: Findings): void {
  if ((state.Seconds === undefined) !== (state.Timestamp === undefined)) return;
  findings.error(at, "Exactly one of the fields 'Seconds' and 'Timestamp' is required");
}

function checkChoice(state: JsonObject, at: string, findings: Findings): void {
  const { Choices: choices } = state;
  if (!Array.isArray(choices) || choices.length === 0) {
    findings.error(`${at}/Choices`, 'Choices must be a list of at least one rule');
    return;
  }
  for (const [index, rule] of choices.entries()) {
    const missing = ['Condition', 'Next'].filter((field) => !isObject(rule) || rule[field] === undefined);
    if (missing.length > 0) {
      findings.error(`${at}/Choices[${index}]`, `These fields are required: [${missing.join(', ')}]`);
    }
  }
}

function checkFail(state: JsonObject, at: string, findings: Findings): void {
  if (typeof state.Error !== 'string' || !state.Error.startsWith('States.')) return;
  findings.error(`${at}/Error`, `The error name '${state.Error}' is reserved: names must not begin with 'States.'`);
}
