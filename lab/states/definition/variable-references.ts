import { expressionOf, parse } from '../expressions/jsonata.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Revision } from '../machines.ts';

/** Returns `variableReferences` of a description: the variables that each state reads; it is absent where none does. */
export function variables({ parsed }: Pick<Revision, 'parsed'>): { variableReferences?: Record<string, string[]> } {
  const states = allStates(parsed as unknown as JsonObject);
  const assigned = new Set(states.flatMap(([, state]) => assignedBy(state)));
  const references: Record<string, string[]> = {};
  for (const [name, state] of states) {
    const read = [...new Set(namesIn(own(state)))].filter((variable) => assigned.has(variable)).sort();
    if (read.length > 0) references[name] = read;
  }
  return Object.keys(references).length === 0 ? {} : { variableReferences: references };
}

/** Returns every state of a machine, those of branches and iterations included. */
function allStates(list: JsonObject): [string, JsonObject][] {
  const states = isObject(list.States) ? Object.entries(list.States) : [];
  return states.flatMap(([name, state]) => {
    if (!isObject(state)) return [];
    const inner = [...(Array.isArray(state.Branches) ? state.Branches : []), state.ItemProcessor ?? null];
    return [[name, state] as [string, JsonObject], ...inner.filter(isObject).flatMap(allStates)];
  });
}

/** Returns the names that a state, or one of its rules or catchers, assigns. */
export function assignedBy(state: JsonObject): string[] {
  const places = [state, ...['Choices', 'Catch'].flatMap((list) => (Array.isArray(state[list]) ? state[list] : []))];
  return places.flatMap((place) => (isObject(place) && isObject(place.Assign) ? Object.keys(place.Assign) : []));
}

/** Returns a state without the states inside it. */
function own({ Branches: _, ItemProcessor: __, ...rest }: JsonObject): Json {
  return rest;
}

function namesIn(value: Json): string[] {
  if (typeof value === 'string') {
    const source = expressionOf(value);
    return source ? namesInTree(parse(source).ast()) : [];
  }
  return (typeof value === 'object' && value !== null ? Object.values(value) : []).flatMap(namesIn);
}

function namesInTree(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, value } = node as { type?: unknown; value?: unknown };
  const found = type === 'variable' && typeof value === 'string' ? [value] : [];
  return [...found, ...Object.values(node).flatMap(namesInTree)];
}
