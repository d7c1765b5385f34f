import { Arns } from '../../../states/arns.ts';
import { checkRules } from '../../../states/definition/rules.ts';
import type { Definition } from '../../../states/definition/types.ts';
import { StateError } from '../../../states/errors.ts';
import { Execution, type ExecutionHost } from '../../../states/execution.ts';
import { Executions } from '../../../states/executions.ts';
import type { TaskAttempt } from '../../../states/interpreter/run.ts';
import { isObject, type Json, type JsonObject } from '../../../states/json.ts';
import { MapRuns } from '../../../states/map-runs.ts';
import { TaskTokens } from '../../../states/tokens.ts';
import { TestClock } from './test-clock.ts';

/**
 * A behaviour is the work of a task in a test. `attempt` counts from 1. The promise may stay pending forever, and time
 * passes without it.
 */
export type Behaviour = (payload: Json, attempt: number, task: TaskAttempt) => Json | Promise<Json>;

export interface MachineOptions {
  input?: Json;
  /** The keys are the names of functions that a `task()` invokes. */
  tasks?: Record<string, Behaviour>;
  random?: number;
  items?: Json[];
}

/** Returns a Task state that invokes one of the test's behaviours. */
export function task(name: string, more: JsonObject = {}): JsonObject {
  const args = { FunctionName: name, Payload: '{% $states.input %}' };
  const { End = true, ...rest } = more;
  const flow: JsonObject = rest.Next === undefined ? { End } : {};
  return { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: args, ...flow, ...rest };
}

/** Fails a behaviour with an error of that name. */
export function fail(error: string, cause?: string): never {
  throw new StateError(error, cause);
}

export const never = () => new Promise<Json>(() => {});

/** Returns an execution that has not started, of a machine with these states. Its clock is that of the test. */
export function execution(states: JsonObject, options: MachineOptions = {}, machine: JsonObject = {}) {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: Object.keys(states)[0] ?? '',
    States: states,
    ...machine,
  });
  const clock = new TestClock();
  const tokens = new TaskTokens(clock);
  const attempts = new Map<string, number>();
  const statuses: string[] = [];
  const performTask = async (attempt: TaskAttempt): Promise<Json> => {
    const args = isObject(attempt.arguments) ? attempt.arguments : {};
    const name = String(args.FunctionName);
    const count = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, count);
    const result = await options.tasks?.[name]?.(args.Payload ?? null, count, attempt);
    if (attempt.token === undefined) return result ?? null;
    attempt.submitted(result ?? null);
    return tokens.wait(attempt.token, attempt.heartbeatSeconds, attempt.signal);
  };
  const revision = {
    ...{ definition, parsed: parse(definition), roleArn: 'arn:aws:iam::1:role/r', revisionId: undefined },
    ...{ updatedAt: 0, logging: {}, tracing: { enabled: false }, encryption: { type: 'AWS_OWNED_KEY' as const } },
  };
  const arn = 'arn:aws:states:eu-west-1:1:execution:m:e';
  const machineArn = 'arn:aws:states:eu-west-1:1:stateMachine:m';
  const identity = {
    arn,
    name: 'e',
    machineArn,
    machineName: 'm',
    versionArn: undefined,
    revision,
    input: options.input === undefined ? {} : options.input,
  };
  const logged: string[] = [];
  const arns = new Arns('eu-west-1', '1');
  const executions = new Executions(arns, () => host);
  const mapRuns = new MapRuns(arns, executions);
  const host: ExecutionHost = {
    ...{ clock, performTask, region: 'eu-west-1', random: () => options.random ?? 1 },
    readItems: async () => options.items ?? [],
    newTaskToken: () => tokens.issue(),
    startMapRun: (parent, settings) => mapRuns.start(parent, settings, () => host),
    statusChanged: ({ status }) => statuses.push(status),
    recorded: () => {},
    log: (message) => logged.push(message),
  };
  const started = new Execution(identity, host);
  return { execution: started, mapRuns, clock, tokens, attempts, statuses, logged };
}

/** Runs an execution to its end. */
export async function run(states: JsonObject, options: MachineOptions = {}, machine: JsonObject = {}) {
  const made = execution(states, options, machine);
  await made.execution.start();
  return { ...made, ...outcome(made.execution), seconds: made.clock.elapsed() };
}

export function outcome({ status, output, failure, history }: Execution) {
  return {
    ...{ status, output, error: failure?.error, cause: failure?.reason },
    types: history.events.map(({ type }) => type),
    /** Each entry has the form `id<previous Type`, as in the listings of AWS. */
    chain: history.events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`),
    events: history.events,
  };
}

/** Parses with the lab's own rules only, because each compilation of the published schema takes a tenth of a second. */
function parse(text: string): Definition {
  const definition = JSON.parse(text) as JsonObject;
  const [finding] = checkRules(definition);
  if (finding) throw new Error(`${finding.message} at ${finding.location}`);
  return definition as unknown as Definition;
}
