import type { StateList } from '../definition/types.ts';
import type { Json, JsonObject } from '../json.ts';

/** Variables of one list of states; those of the lists around it can be read. */
export class VariableScope {
  readonly #outer: VariableScope | undefined;
  readonly #own: JsonObject = {};

  constructor(outer?: VariableScope) {
    this.#outer = outer;
  }

  /** Everything that can be read here. */
  all(): JsonObject {
    return { ...this.#outer?.all(), ...this.#own };
  }

  assign(values: JsonObject): void {
    Object.assign(this.#own, values);
  }
}

/**
 * Where one run of a list of states stands: the machine itself, a branch of a Parallel, an iteration of a Map. It
 * outlives a failure, so that a redrive goes on from it: with the state that did not succeed, its input and variables
 * as they were, and of a Parallel or Map only the branches that are not done.
 */
export interface Scope {
  readonly list: StateList;
  readonly variables: VariableScope;
  /** What `$states.context` adds inside a Map. */
  readonly context: JsonObject;
  /** The state it is at. */
  at: string;
  input: Json;
  /** The last event of this thread of the history; the next one points back to it. */
  cursor: number;
  /** Whether the state it is at was entered and not left. */
  entered: boolean;
  /** Id of the event of its entry. */
  enteredId: number;
  /** Branches or iterations of the state it is at. */
  children: Child[] | undefined;
  /** Set when the whole list succeeded. */
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
