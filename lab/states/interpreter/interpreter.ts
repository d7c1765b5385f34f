import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { State } from '../definition/types.ts';
import { inputDetails, outputDetails } from '../history.ts';
import type { Json } from '../json.ts';
import { runChoice } from './choice.ts';
import { runFail } from './fail.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import { runPass } from './pass.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';
import { StateVisit, type Step } from './state-visit.ts';
import { runSucceed } from './succeed.ts';
import { runTask } from './task.ts';
import { runWait } from './wait.ts';

/**
 * Runs a list of states from its scope's position to its end.
 * @returns the output of the last state
 * @throws StateError when a state fails for good; the scope's position is then that state
 * @throws Interrupted when the signal is aborted
 */
export async function runScope(run: Run, scope: Scope, signal: AbortSignal): Promise<Json> {
  for (;;) {
    signal.throwIfAborted();
    const visit = enter(run, scope, signal);
    const step = await runState(visit);
    signal.throwIfAborted();
    leave(visit, step);
    if (step.next === undefined) {
      scope.output = step.output;
      scope.done = true;
      return step.output;
    }
    scope.at = step.next;
    scope.input = step.output;
  }
}

function enter(run: Run, scope: Scope, signal: AbortSignal): StateVisit {
  const state = scope.list.States[scope.at];
  if (!state) throw new Error(`no state "${scope.at}"; was the definition validated?`);
  const after = scope.cursor;
  // A redriven state continues from its position, without a second entry; a Fail state is entered again, only to fail
  // again.
  if (!scope.entered || state.Type === 'Fail') {
    scope.entered = true;
    scope.enteredId = run.history.add(`${state.Type}StateEntered` as HistoryEventType, after, {
      stateEnteredEventDetails: { name: scope.at, ...inputDetails(scope.input) },
    });
    scope.cursor = scope.enteredId;
  }
  return new StateVisit(run, scope, state, signal, { id: scope.enteredId, after });
}

function runState(visit: StateVisit): Promise<Step> {
  return RUNNERS[visit.state.Type](visit as never);
}

const RUNNERS: { [T in State['Type']]: (visit: StateVisit<Extract<State, { Type: T }>>) => Promise<Step> } = {
  Task: runTask,
  Parallel: (visit) => runParallel(visit, runScope),
  Map: (visit) => runMap(visit, runScope),
  Pass: runPass,
  Choice: runChoice,
  Wait: runWait,
  Succeed: runSucceed,
  Fail: runFail,
};

function leave({ run, scope, state, name }: StateVisit, { output, assigned }: Step): void {
  if (assigned) scope.variables.assign(assigned);
  const anyAssigned = assigned !== undefined && Object.keys(assigned).length > 0;
  scope.children = undefined;
  scope.entered = false;
  scope.cursor = run.history.add(`${state.Type}StateExited` as HistoryEventType, scope.cursor, {
    stateExitedEventDetails: {
      name,
      ...outputDetails(output),
      ...(anyAssigned && {
        assignedVariables: Object.fromEntries(Object.entries(assigned).map(([k, v]) => [k, JSON.stringify(v)])),
        assignedVariablesDetails: { truncated: false },
      }),
    },
  });
}
