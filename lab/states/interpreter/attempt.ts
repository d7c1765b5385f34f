import { pause } from '../clock.ts';
import type { Fallible, State } from '../definition/types.ts';
import { matchesError, StateError } from '../errors.ts';
import { Retries } from './retry.ts';
import type { StateVisit, Step } from './state-visit.ts';

/**
 * Does the work of a Task, Parallel or Map with its Retry and Catch around it.
 * @param failed records that the state failed for good, caught or not
 */
export async function attempt(
  visit: StateVisit<State & Fallible>,
  work: () => Promise<Step>,
  failed: (failure: StateError) => void = () => {},
): Promise<Step> {
  const { run, scope, state, signal } = visit;
  const retries = new Retries(state.Retry, run.random);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      signal.throwIfAborted();
      const delay = retries.next(error);
      if (delay === undefined) {
        failed(error);
        return handle(visit, error);
      }
      visit.retryCount += 1;
      scope.children = undefined;
      await pause(run.clock, delay, signal);
    }
  }
}

function handle(visit: StateVisit<State & Fallible>, failure: StateError): Promise<Step> {
  const catcher = visit.state.Catch?.find(({ ErrorEquals }) => matchesError(ErrorEquals, failure));
  if (!catcher) throw failure;
  return visit.finish(catcher, failure.output, catcher.Next, { errorOutput: failure.output });
}
