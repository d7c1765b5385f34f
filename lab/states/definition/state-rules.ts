import { expressionOf } from '../expressions/jsonata.ts';
import { argumentProblems } from '../integrations/arguments.ts';
import { integrationFor } from '../integrations/registry.ts';
import { isObject, type JsonObject } from '../json.ts';
import { parseResource } from '../resource.ts';
import type { Findings } from './diagnostics.ts';
import { checkFields, checkNumber, checkRequired, checkString, NUMBERS } from './field-rules.ts';
import { checkMap } from './map-rules.ts';
import { checkCatch, checkRetry } from './retry-rules.ts';

/** @param express whether the machine is of type EXPRESS, which supports fewer features */
type Check = (state: JsonObject, at: string, findings: Findings, express: boolean) => void;

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const FLOW = [...COMMON, 'Next', 'End', 'Output', 'Assign'];
const FALLIBLE = [...FLOW, 'Retry', 'Catch'];
const MAP = [
  ...['Items', 'ItemReader', 'ItemSelector', 'ItemBatcher', 'ItemProcessor', 'ResultWriter', 'Label'],
  ...['MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage'],
];
const TASK = ['Arguments', 'Resource', 'TimeoutSeconds', 'HeartbeatSeconds', 'Credentials'];

const TYPES: Record<string, { fields: string[]; check?: Check }> = {
  Task: { fields: [...FALLIBLE, ...TASK], check: checkTask },
  Wait: { fields: [...FLOW, 'Seconds', 'Timestamp'], check: checkWait },
  Pass: { fields: FLOW },
  Succeed: { fields: [...COMMON, 'Output'] },
  Fail: { fields: [...COMMON, 'Error', 'Cause'], check: checkFail },
  Choice: { fields: [...COMMON, 'Choices', 'Default', 'Output', 'Assign'], check: checkChoice },
  Parallel: { fields: [...FALLIBLE, 'Arguments', 'Branches'], check: checkParallel },
  Map: { fields: [...FALLIBLE, ...MAP], check: checkMap },
};

/** These are fields of JSONPath states, which are not ignored but refused. */
const JSONPATH_FIELDS = /Path$|^(Parameters|Result|ResultSelector|Iterator|Variable)$/;

/** AWS requires RFC 3339 with an upper-case T and Z of a literal. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export function checkState(state: JsonObject, at: string, findings: Findings, express: boolean): void {
  const type = TYPES[String(state.Type)];
  if (!type) {
    const known = Object.keys(TYPES).join(', ');
    findings.error(`${at}/Type`, `The field 'Type' should have one of these values: [${known}]`);
    return;
  }
  const foreign = Object.keys(state).filter((field) => JSONPATH_FIELDS.test(field) && !type.fields.includes(field));
  for (const field of foreign) onlyJsonPath(field, at, findings);
  checkFields(state, at, [...type.fields, ...foreign], findings);
  checkString(state.Comment, `${at}/Comment`, findings);
  for (const [field, range] of Object.entries(NUMBERS)) checkNumber(state[field], `${at}/${field}`, range, findings);
  if (type.fields.includes('End')) checkEnd(state, at, findings);
  if (state.Retry !== undefined) checkRetry(state.Retry, `${at}/Retry`, findings);
  if (state.Catch !== undefined) checkCatch(state.Catch, `${at}/Catch`, findings);
  type.check?.(state, at, findings, express);
}

function onlyJsonPath(field: string, at: string, findings: Findings): void {
  const message = `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`;
  findings.error(at, message);
}

function checkEnd(state: JsonObject, at: string, findings: Findings): void {
  const { Next: next, End: end } = state;
  if (end !== undefined && typeof end !== 'boolean') findings.error(`${at}/End`, 'Expected value of type Boolean');
  else if (next !== undefined && end === true) {
    findings.error(at, 'There should only be one of the following fields: [Next, End]');
  } else if (next === undefined && end !== true) {
    findings.error(at, 'This object should have only one of the following fields: [Next, End]');
  }
}

function checkTask(state: JsonObject, at: string, findings: Findings, express: boolean): void {
  const { Resource: resource, TimeoutSeconds, HeartbeatSeconds } = state;
  if (state.Credentials !== undefined) findings.error(`${at}/Credentials`, 'Credentials is not available here');
  const both = typeof TimeoutSeconds === 'number' && typeof HeartbeatSeconds === 'number';
  if (both && HeartbeatSeconds >= TimeoutSeconds) {
    findings.error(`${at}/HeartbeatSeconds`, 'HeartbeatSeconds must be smaller than TimeoutSeconds');
  }
  if (resource === undefined) checkRequired(state, at, ['Resource'], findings);
  else if (typeof resource !== 'string' || !resource.startsWith('arn:')) {
    findings.error(`${at}/Resource`, 'Value is not a valid resource ARN');
  } else if (!integrationFor(resource)) {
    const reason = 'The value is not a valid resource ARN, or the resource is not available in this region.';
    findings.error(`${at}/Resource`, `The resource provided ${resource} is not recognized. ${reason}`);
  } else checkIntegration(state, resource, at, findings, express);
}

function checkIntegration(state: JsonObject, arn: string, at: string, findings: Findings, express: boolean): void {
  const resource = parseResource(arn);
  if (resource?.kind !== 'integration') return;
  const pattern = resource.waitForTaskToken ? '.waitForTaskToken' : /\.sync(:2)?$/.test(resource.action) && '.sync';
  if (express && pattern) {
    findings.error(`${at}/Resource`, `Express state machine does not support '${pattern}' service integration`);
  }
  if (state.Arguments === undefined) {
    findings.error(`${at}/Resource`, `Arguments field is required for resource ARN: ${arn}`);
    return;
  }
  for (const { path, message } of argumentProblems(arn, state.Arguments)) {
    findings.error(`${at}/Arguments${path}`, message);
  }
}

function checkParallel({ Branches: branches }: JsonObject, at: string, findings: Findings): void {
  if (branches === undefined) findings.error(at, 'These fields are required: [Branches]');
  else if (!Array.isArray(branches)) findings.error(`${at}/Branches`, 'Expected value of type Array');
  else if (branches.length === 0) findings.error(`${at}/Branches`, 'Value cannot be empty');
}

function checkWait({ Seconds, Timestamp }: JsonObject, at: string, findings: Findings): void {
  const fields = '[SecondsPath, Seconds, TimestampPath, Timestamp]';
  if (Seconds !== undefined && Timestamp !== undefined) {
    findings.error(at, `There should only be one of the following fields: ${fields}`);
  } else if (Seconds === undefined && Timestamp === undefined) {
    findings.error(at, `This object should have only one of the following fields: ${fields}`);
  }
  if (Timestamp === undefined || (typeof Timestamp === 'string' && expressionOf(Timestamp) !== undefined)) return;
  const valid = typeof Timestamp === 'string' && TIMESTAMP.test(Timestamp) && !Number.isNaN(Date.parse(Timestamp));
  if (!valid) findings.error(`${at}/Timestamp`, 'String does not match RFC3339 timestamp');
}

function checkChoice({ Choices: choices }: JsonObject, at: string, findings: Findings): void {
  if (choices === undefined) findings.error(at, 'These fields are required: [Choices]');
  else if (!Array.isArray(choices)) findings.error(`${at}/Choices`, 'Expected value of type Array');
  else if (choices.length === 0) findings.error(`${at}/Choices`, 'Value cannot be empty');
  else
    for (const [index, rule] of choices.entries()) {
      const path = `${at}/Choices[${index}]`;
      if (isObject(rule)) checkRule(rule, path, findings);
      else findings.error(path, 'Expected value of type Object');
    }
}

function checkRule(rule: JsonObject, at: string, findings: Findings): void {
  const foreign = Object.keys(rule).filter((field) => JSONPATH_FIELDS.test(field));
  for (const field of foreign) onlyJsonPath(field, at, findings);
  checkRequired(rule, at, ['Condition', 'Next'], findings);
  checkFields(rule, at, ['Condition', 'Next', 'Output', 'Assign', 'Comment', ...foreign], findings);
  const { Condition: condition } = rule;
  const expression = typeof condition === 'string' && expressionOf(condition) !== undefined;
  if (condition === undefined || typeof condition === 'boolean' || expression) return;
  findings.error(`${at}/Condition`, 'Expected value of type Boolean');
}

function checkFail(state: JsonObject, at: string, findings: Findings): void {
  for (const field of ['Error', 'Cause']) checkString(state[field], `${at}/${field}`, findings);
  if (typeof state.Error !== 'string' || !state.Error.startsWith('States.')) return;
  findings.error(`${at}/Error`, `The error name '${state.Error}' is reserved: names must not begin with 'States.'`);
}
