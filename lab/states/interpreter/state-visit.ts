import type { State } from '../definition/types.ts';
import { StateError } from '../errors.ts';
import { type JsonType, render, TemplateError, typeOf, unexpectedType } from '../expressions/template.ts';
import type { Json, JsonObject } from '../json.ts';
import { exceedsDataLimit } from '../json.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';

/** A step has the output of a state, what it assigns, and the next state if there is one. */
export interface Step {
  output: Json;
  assigned: JsonObject | undefined;
  next: string | undefined;
}

/** Expressions see these values beyond input, context and variables. */
export interface Seen {
  result?: Json;
  errorOutput?: Json;
}

/** A visit is one stay in one state. The variables are those at its entry, whatever it assigns. */
export class StateVisit<S extends State = State> {
  readonly run: Run;
  readonly scope: Scope;
  readonly state: S;
  readonly name: string;
  readonly input: Json;
  readonly signal: AbortSignal;
  readonly enteredId: number;
  readonly #enteredAfter: number;
  readonly #enteredTime: string;
  readonly #variables: JsonObject;
  retryCount = 0;
  taskToken: string | undefined;

  constructor(run: Run, scope: Scope, state: S, signal: AbortSignal, entered: { id: number; after: number }) {
    this.run = run;
    this.scope = scope;
    this.state = state;
    this.name = scope.at;
    this.input = scope.input;
    this.signal = signal;
    this.enteredId = entered.id;
    this.#enteredAfter = entered.after;
    this.#enteredTime = new Date(run.clock.now()).toISOString();
    this.#variables = scope.variables.all();
  }

  /** @throws StateError States.QueryEvaluationError, after recording it */
  async evaluate(field: string, template: Json, seen: Seen = {}, context: JsonObject = {}): Promise<Json> {
    try {
      return await render(template, field, { ...this.#variables, states: this.#states(seen, context) });
    } catch (error) {
      throw this.evaluationFailed(error);
    }
  }

  /** Evaluates a field that must be of one type. */
  async evaluateAs(field: string, template: Json, expected: JsonType, context: JsonObject = {}): Promise<Json> {
    const value = await this.evaluate(field, template, {}, context);
    if (typeOf(value) !== expected) throw this.evaluationFailed(unexpectedType(template, field, expected, value));
    return value;
  }

  async evaluateNumber(field: string, template: Json | undefined): Promise<number | undefined> {
    if (template === undefined) return undefined;
    const value = (await this.evaluateAs(field, template, 'number')) as number;
    if (!Number.isInteger(value)) throw this.runtimeError(`${field} must be an integer, but was ${value}.`);
    if (value < 0) throw this.runtimeError(`${field} cannot be negative.`);
    return value;
  }

  /** Evaluates Output and Assign of the state, or of the Catch or Choice rule that was taken. */
  async finish(
    from: { Output?: Json; Assign?: JsonObject },
    fallback: Json,
    next: string | undefined,
    seen: Seen = {},
  ): Promise<Step> {
    const output = from.Output === undefined ? fallback : await this.evaluate('Output', from.Output, seen);
    const assigned = from.Assign && ((await this.evaluate('Assign', from.Assign, seen)) as JsonObject);
    if (exceedsDataLimit(output) || (assigned && exceedsDataLimit(assigned))) throw this.dataLimitExceeded();
    return { output, assigned, next };
  }

  dataLimitExceeded(task = this.name): StateError {
    const cause = `The state/task '${task}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    return new StateError('States.DataLimitExceeded', cause);
  }

  runtimeError(message: string, error = 'States.Runtime'): StateError {
    return new StateError(error, this.#whileExecuting(message));
  }

  /** Turns what render() threw into a failure of this state, and records it. */
  evaluationFailed(error: unknown): StateError {
    if (!(error instanceof TemplateError)) throw error;
    const cause = this.#whileExecuting(error.message);
    // AWS evaluates before it commits the state's entry, so the event follows the one before the entry. A Wait is
    // entered first.
    const entering = this.scope.cursor === this.enteredId && this.state.Type !== 'Wait';
    this.scope.cursor = this.run.history.add('EvaluationFailed', entering ? this.#enteredAfter : this.scope.cursor, {
      evaluationFailedEventDetails: {
        error: 'States.QueryEvaluationError',
        cause,
        ...(error.location === undefined ? {} : { location: error.location }),
        state: this.name,
      },
    });
    return new StateError('States.QueryEvaluationError', cause);
  }

  #whileExecuting(message: string): string {
    return `An error occurred while executing the state '${this.name}' (entered at the event id #${this.enteredId}). ${message}`;
  }

  #states(seen: Seen, context: JsonObject): JsonObject {
    const state: JsonObject = { Name: this.name, EnteredTime: this.#enteredTime };
    if (this.state.Type === 'Task') state.RetryCount = this.retryCount;
    return {
      input: this.input,
      context: {
        ...this.run.context,
        ...this.scope.context,
        State: state,
        ...(this.taskToken ? { Task: { Token: this.taskToken } } : {}),
        ...context,
      },
      ...seen,
    };
  }
}
