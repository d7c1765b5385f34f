import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Diagnostic, Findings } from './diagnostics.ts';
import { checkExpressions } from './expression-rules.ts';
import { checkState } from './state-rules.ts';
import { checkAssign } from './variable-rules.ts';

const ROOT_FIELDS = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];

/** The lab's own rules: those of the language that its schema cannot express, with messages that say what to do. */
export function checkRules(definition: JsonObject): Diagnostic[] {
  const findings = new Findings();
  for (const field of Object.keys(definition)) {
    if (!ROOT_FIELDS.includes(field)) findings.error('/', `Field '${field}' is not supported`);
  }
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && !(Number.isInteger(timeout) && Number(timeout) > 0)) {
    findings.error('/TimeoutSeconds', 'TimeoutSeconds must be a positive integer');
  }
  checkStateList(definition, '', { findings, language: definition.QueryLanguage, outerVariables: new Set() });
  return findings.diagnostics;
}

interface Surroundings {
  findings: Findings;
  language: Json | undefined;
  outerVariables: ReadonlySet<string>;
}

function checkStateList(list: JsonObject, path: string, surroundings: Surroundings): void {
  const { findings } = surroundings;
  const missing = ['States', 'StartAt'].filter((field) => list[field] === undefined);
  if (missing.length > 0) {
    findings.error(path, `These fields are required: [${missing.join(', ')}]`);
    return;
  }
  const { States: states, StartAt: startAt } = list;
  if (!isObject(states)) {
    findings.error(`${path}/States`, 'States must be an object');
    return;
  }
  const reachable = reachableFrom(states, startAt as string);
  checkTransitions(states, path, startAt, reachable, findings);
  const assigned = new Set(surroundings.outerVariables);
  for (const state of Object.values(states))
    if (isObject(state)) for (const name of assignedBy(state)) assigned.add(name);
  for (const [name, state] of Object.entries(states)) {
    const at = `${path}/States/${name}`;
    if (!isObject(state)) {
      findings.error(at, 'A state must be an object');
      continue;
    }
    if (name.length > 80) findings.error(at, 'A state name must not be longer than 80 characters');
    if (!checkLanguage(state, at, surroundings)) continue;
    checkState(state, at, findings);
    checkExpressions(state, at, findings);
    checkAssign(state, at, surroundings.outerVariables, findings);
    checkInner(state, at, { ...surroundings, outerVariables: assigned });
  }
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
    if (isObject(branch)) checkStateList(branch, `${at}/Branches[${index}]`, surroundings);
    else surroundings.findings.error(`${at}/Branches[${index}]`, 'A branch must be an object');
  }
  if (isObject(processor)) checkStateList(processor, `${at}/ItemProcessor`, surroundings);
}

/** Every transition of a state, with the field that it stands in. */
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

function checkTransitions(
  states: JsonObject,
  path: string,
  startAt: Json | undefined,
  reachable: Set<string>,
  findings: Findings,
): void {
  const code = 'MISSING_TRANSITION_TARGET';
  const exists = (name: Json | undefined) => typeof name === 'string' && Object.hasOwn(states, name);
  if (!exists(startAt)) findings.error(`${path}/StartAt`, `Missing 'Next' target: ${String(startAt)}`, code);
  for (const [name, state] of Object.entries(states)) {
    const at = `${path}/States/${name}`;
    if (!reachable.has(name) && exists(startAt)) findings.error(at, `State "${name}" is not reachable.`, code);
    for (const { target, field } of isObject(state) ? transitions(state) : []) {
      if (!exists(target)) findings.error(`${at}/${field}`, `Missing 'Next' target: ${String(target)}`, code);
    }
  }
}

function assignedBy(state: JsonObject): string[] {
  const places = [state, ...['Choices', 'Catch'].flatMap((list) => (Array.isArray(state[list]) ? state[list] : []))];
  return places.flatMap((place) => (isObject(place) && isObject(place.Assign) ? Object.keys(place.Assign) : []));
}
