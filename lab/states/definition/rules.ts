import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Diagnostic, Findings } from './diagnostics.ts';
import { checkExpressions } from './expression-rules.ts';
import { checkFields, checkNumber, checkOneOf, checkString, LONGEST_SECONDS } from './field-rules.ts';
import { checkState } from './state-rules.ts';
import { assignedBy } from './variable-references.ts';
import { checkAssign } from './variable-rules.ts';

const ROOT_FIELDS = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];

export type MachineType = 'STANDARD' | 'EXPRESS';

/** Checks the rules of the language. */
export function checkRules(definition: JsonObject, type: MachineType = 'STANDARD'): Diagnostic[] {
  const findings = new Findings();
  checkFields(definition, '/', ROOT_FIELDS, findings);
  checkString(definition.Comment, '/Comment', findings);
  checkOneOf(definition.Version, '/Version', ['1.0'], findings);
  checkOneOf(definition.QueryLanguage, '/QueryLanguage', ['JSONPath', 'JSONata'], findings);
  const { TimeoutSeconds: timeout } = definition;
  // AWS accepts 0 as well, but does not document what it means.
  if (typeof timeout === 'string') findings.error('/TimeoutSeconds', 'Expected value of type Integer');
  else checkNumber(timeout, '/TimeoutSeconds', { least: 1, most: LONGEST_SECONDS }, findings);
  const surroundings = { findings, language: definition.QueryLanguage, outerVariables: new Set<string>() };
  checkStateList(definition, '', { ...surroundings, express: type === 'EXPRESS', names: new Set(), labels: new Set() });
  return findings.diagnostics;
}

interface Surroundings {
  findings: Findings;
  language: Json | undefined;
  express: boolean;
  outerVariables: ReadonlySet<string>;
  /**
   * The sets have the names of states and the labels of Maps that were found so far: both are unique in the whole
   * machine.
   */
  names: Set<string>;
  labels: Set<string>;
}

function checkStateList(list: JsonObject, path: string, surroundings: Surroundings): void {
  const { findings, express } = surroundings;
  const missing = ['States', 'StartAt'].filter((field) => list[field] === undefined);
  if (missing.length > 0) {
    findings.error(path, `These fields are required: [${missing.join(', ')}]`);
    return;
  }
  const { States: states, StartAt: startAt } = list;
  if (!isObject(states)) {
    findings.error(`${path}/States`, 'Expected value of type Object');
    return;
  }
  checkTransitions(states, path, startAt, findings);
  for (const [name, state] of Object.entries(states)) {
    const at = `${path}/States/${name}`;
    checkName(name, at, surroundings);
    if (!isObject(state)) findings.error(at, 'Expected value of type Object');
    else if (checkLanguage(state, at, surroundings)) {
      checkState(state, at, findings, express);
      checkUniqueLabel(state, at, surroundings);
      checkExpressions(state, at, findings);
      checkAssign(state, at, surroundings.outerVariables, findings);
      const outerVariables = visibleInside(state, states, surroundings.outerVariables);
      checkInner(state, at, { ...surroundings, outerVariables });
    }
  }
}

function checkName(name: string, at: string, { findings, names }: Surroundings): void {
  if (name.length > 80) {
    const message = `The state name '${name}' exceeds the 80-character limit allowed by the service`;
    findings.error(at, message, 'INVALID_STATE_NAME');
  }
  if (names.has(name)) findings.error(at, `Duplicate State name: ${name}`, 'DUPLICATE_STATE_NAME');
  names.add(name);
}

function checkUniqueLabel({ Label: label }: JsonObject, at: string, { findings, labels }: Surroundings): void {
  if (typeof label !== 'string') return;
  if (labels.has(label)) findings.error(`${at}/Label`, `Duplicate Label name: ${label}`, 'DUPLICATE_LABEL_NAME');
  labels.add(label);
}

/**
 * Returns the variables that the states inside a state can read and not assign: those of the lists around it. Variables
 * that only its own Catch assigns are not among them, as on AWS.
 */
function visibleInside(state: JsonObject, states: JsonObject, outer: ReadonlySet<string>): ReadonlySet<string> {
  const { Catch: _, ...withoutCatch } = state;
  const around = Object.values(states).filter((other) => other !== state);
  return new Set([...outer, ...[...around, withoutCatch].filter(isObject).flatMap(assignedBy)]);
}

function checkLanguage(state: JsonObject, at: string, { language, findings }: Surroundings): boolean {
  const own = state.QueryLanguage;
  if (language === 'JSONata' && own === 'JSONPath') {
    findings.error(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
    return false;
  }
  if ((own ?? language) === 'JSONata') return true;
  findings.error(
    at,
    `QueryLanguage must be 'JSONata', for the machine or for the state, but is '${own ?? language ?? 'JSONPath'}'; JSONPath is not executed here`,
  );
  return false;
}

function checkInner(state: JsonObject, at: string, surroundings: Surroundings): void {
  const { Branches: branches, ItemProcessor: processor } = state;
  for (const [index, branch] of (Array.isArray(branches) ? branches : []).entries()) {
    const path = `${at}/Branches[${index}]`;
    if (isObject(branch)) {
      checkFields(branch, path, ['Comment', 'StartAt', 'States'], surroundings.findings);
      checkStateList(branch, path, surroundings);
    } else surroundings.findings.error(path, 'Expected value of type Object');
  }
  if (isObject(processor)) checkStateList(processor, `${at}/ItemProcessor`, surroundings);
}

/** Returns every transition of a state, with the field that has it. */
function transitions(state: JsonObject): { target: Json; field: string }[] {
  const found: { target: Json; field: string }[] = [];
  for (const field of ['Next', 'Default']) if (state[field] !== undefined) found.push({ target: state[field], field });
  for (const list of ['Choices', 'Catch']) {
    for (const [index, item] of (Array.isArray(state[list]) ? state[list] : []).entries()) {
      if (isObject(item) && item.Next !== undefined) found.push({ target: item.Next, field: `${list}[${index}]/Next` });
    }
  }
  return found;
}

function reachableFrom(states: JsonObject, startAt: string): Set<string> {
  const reachable = new Set<string>();
  const queue = [startAt];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const state = states[name];
    if (reachable.has(name) || !isObject(state)) continue;
    reachable.add(name);
    for (const { target } of transitions(state)) if (typeof target === 'string') queue.push(target);
  }
  return reachable;
}

function checkTransitions(states: JsonObject, path: string, startAt: Json | undefined, findings: Findings): void {
  const code = 'MISSING_TRANSITION_TARGET';
  const exists = (name: Json | undefined) => typeof name === 'string' && Object.hasOwn(states, name);
  const reachable = reachableFrom(states, startAt as string);
  const endless = path === '' && !Object.values(states).some((state) => isObject(state) && isTerminal(state));
  if (!exists(startAt)) findings.error(`${path}/StartAt`, `Missing 'Next' target: ${String(startAt)}`, code);
  for (const [name, state] of Object.entries(states)) {
    const at = `${path}/States/${name}`;
    const lost = !reachable.has(name) && exists(startAt) && !endless;
    if (lost) findings.error(at, `State "${name}" is not reachable.`, code);
    for (const { target, field } of isObject(state) ? transitions(state) : []) {
      if (!exists(target)) findings.error(`${at}/${field}`, `Missing 'Next' target: ${String(target)}`, code);
    }
  }
  if (endless) findings.errorOfAll('Workflow has no terminal state', 'MISSING_END_STATE');
}

const isTerminal = ({ Type: type, End: end }: JsonObject) => end === true || type === 'Succeed' || type === 'Fail';
