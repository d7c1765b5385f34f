import { untilAborted } from '../clock.ts';
import type { TaskState } from '../definition/types.ts';
import { StateError } from '../errors.ts';
import { argumentProblems } from '../integrations/arguments.ts';
import { exceedsDataLimit, type Json } from '../json.ts';
import { parseResource } from '../resource.ts';
import { attempt } from './attempt.ts';
import type { StateVisit, Step } from './state-visit.ts';
import { TaskEvents } from './task-events.ts';

export function runTask(visit: StateVisit<TaskState>): Promise<Step> {
  const { run, state } = visit;
  return attempt(visit, async () => {
    const resource = parseResource(state.Resource);
    const waits = resource?.kind === 'integration' && resource.waitForTaskToken;
    visit.taskToken = waits ? run.newTaskToken() : undefined;
    const args = state.Arguments === undefined ? visit.input : await visit.evaluate('Arguments', state.Arguments);
    const timeout = await visit.evaluateNumber('TimeoutSeconds', state.TimeoutSeconds);
    const heartbeat = await visit.evaluateNumber('HeartbeatSeconds', state.HeartbeatSeconds);
    refuseArguments(visit, args);
    const events = new TaskEvents(visit);
    events.scheduled(args, timeout, heartbeat);
    events.started();
    const result = await perform(visit, events, args, timeout, heartbeat);
    return visit.finish(state, result, state.Next, { result });
  });
}

/** AWS ends the execution before the task is scheduled. @throws StateError that nothing catches */
function refuseArguments(visit: StateVisit<TaskState>, args: Json): void {
  if (exceedsDataLimit(args)) throw visit.dataLimitExceeded();
  const problems = argumentProblems(visit.state.Resource, args).map(({ message }) => message);
  if (problems.length === 0) return;
  const given = `The Parameters '${JSON.stringify(args)}' could not be used to start the Task`;
  throw visit.runtimeError(`${given}: [${problems.join(', ')}]`);
}

async function perform(
  visit: StateVisit<TaskState>,
  events: TaskEvents,
  args: Json,
  timeout: number | undefined,
  heartbeat: number | undefined,
): Promise<Json> {
  const limit = new TimeLimit(visit, timeout);
  try {
    const { signal } = limit;
    const submitted = (output: Json) => {
      if (!signal.aborted) events.submitted(output);
    };
    const { resource, token } = { resource: visit.state.Resource, token: visit.taskToken };
    const task = { resource, arguments: args, token, heartbeatSeconds: heartbeat, signal, submitted };
    const result = await untilAborted(visit.run.performTask(task), signal);
    if (exceedsDataLimit(result)) throw visit.dataLimitExceeded(events.resourceType);
    events.succeeded(result);
    return result;
  } catch (error) {
    visit.signal.throwIfAborted();
    if (!(error instanceof StateError)) throw error;
    if (error.error === 'States.Timeout') events.timedOut(error);
    else events.failed(error);
    throw error;
  } finally {
    limit.clear();
  }
}

/** The signal of one attempt is aborted with the visit, or with a States.Timeout when its time is over. */
class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer = new AbortController();
  readonly #visit: StateVisit;
  readonly #interrupt: () => void;

  constructor(visit: StateVisit, seconds: number | undefined) {
    this.#visit = visit;
    this.#interrupt = () => this.#controller.abort(visit.signal.reason);
    if (visit.signal.aborted) this.#interrupt();
    visit.signal.addEventListener('abort', this.#interrupt, { once: true });
    if (seconds === undefined) return;
    visit.run.clock.sleep(seconds * 1000, this.#timer.signal).then(
      () => this.#controller.abort(new StateError('States.Timeout')),
      () => {},
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    this.#timer.abort();
    this.#visit.signal.removeEventListener('abort', this.#interrupt);
  }
}
