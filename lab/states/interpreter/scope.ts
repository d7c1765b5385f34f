import type { StateList } from '../definition/types.ts';
import type { Json, JsonObject } from '../json.ts';

/** A scope has the variables of one list of states; those of the lists around it can be read. */
export class VariableScope {
  readonly #outer: VariableScope | undefined;
  readonly #own: JsonObject = {};

  constructor(outer?: VariableScope) {
    this.#outer = outer;
  }

  /** Returns all variables that can be read here. */
  all(): JsonObject {
    return { ...this.#outer?.all(), ...this.#own };
  }

  assign(values: JsonObject): void {
    Object.assign(this.#own, values);
  }
}

/**
 * A scope is the position of one run of a list of states: the machine itself, a branch of a Parallel, an iteration of a
 * Map. It outlives a failure, so that a redrive continues from it: with the state that did not succeed, its input and
 * variables as they were, and of a Parallel or Map only the branches that are not done.
 */
export interface Scope {
  readonly list: StateList;
  readonly variables: VariableScope;
  /** The context has the members that `$states.context` has inside a Map. */
  readonly context: JsonObject;
  /** The scope is at the state with this name. */
  at: string;
  input: Json;
  /** The cursor is the last event of this thread of the history; the next one points back to it. */
  cursor: number;
  /** The value is true when the present state was entered and not left. */
  entered: boolean;
  /** The id is that of the event of the present state's entry. */
  enteredId: number;
  /** The children are the branches or iterations of the present state. */
  children: Child[] | undefined;
  /** The output is set when the whole list succeeded. */
  output?: Json;
  done: boolean;
}

export interface Child {
  readonly scope: Scope;
  status: 'pending' | 'running' | 'succeeded' | 'failed' | 'aborted';
}

export function newScope(list: StateList, input: Json, cursor: number, outer?: Scope, context: JsonObject = {}): Scope {
  return {
    list,
    variables: new VariableScope(outer?.variables),
    context: { ...outer?.context, ...context },
    at: list.StartAt,
    input,
    cursor,
    entered: false,
    enteredId: 0,
    children: undefined,
    done: false,
  };
}
