import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { State } from '../definition/types.ts';
import { inputDetails, outputDetails } from '../history.ts';
import type { Json } from '../json.ts';
import { runChoice } from './choice.ts';
import { runFail } from './fail.ts';
import type { Frame } from './frame.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import { runPass } from './pass.ts';
import type { Run } from './run.ts';
import { runSucceed } from './succeed.ts';
import { runTask } from './task.ts';
import { type Step, Visit } from './visit.ts';
import { runWait } from './wait.ts';

/**
 * Runs a list of states from where its frame stands to its end.
 * @returns the output of the last state
 * @throws StateError when a state fails for good; the frame then stands at that state
 * @throws Interrupted when the signal is aborted
 */
export async function runFrame(run: Run, frame: Frame, signal: AbortSignal): Promise<Json> {
  for (;;) {
    signal.throwIfAborted();
    const visit = enter(run, frame, signal);
    const step = await runState(visit);
    signal.throwIfAborted();
    leave(visit, step);
    if (step.next === undefined) {
      frame.output = step.output;
      frame.done = true;
      return step.output;
    }
    frame.at = step.next;
    frame.input = step.output;
  }
}

function enter(run: Run, frame: Frame, signal: AbortSignal): Visit {
  const state = frame.list.States[frame.at];
  if (!state) throw new Error(`no state "${frame.at}"; was the definition validated?`);
  const after = frame.cursor;
  // A redriven state goes on where it was, without a second entry; a Fail state is entered again, only to fail again.
  if (!frame.entered || state.Type === 'Fail') {
    frame.entered = true;
    frame.enteredId = run.history.add(`${state.Type}StateEntered` as HistoryEventType, after, {
      stateEnteredEventDetails: { name: frame.at, ...inputDetails(frame.input) },
    });
    frame.cursor = frame.enteredId;
  }
  return new Visit(run, frame, state, signal, { id: frame.enteredId, after });
}

function runState(visit: Visit): Promise<Step> {
  return RUNNERS[visit.state.Type](visit as never);
}

const RUNNERS: { [T in State['Type']]: (visit: Visit<Extract<State, { Type: T }>>) => Promise<Step> } = {
  Task: runTask,
  Parallel: (visit) => runParallel(visit, runFrame),
  Map: (visit) => runMap(visit, runFrame),
  Pass: runPass,
  Choice: runChoice,
  Wait: runWait,
  Succeed: runSucceed,
  Fail: runFail,
};

function leave({ run, frame, state, name }: Visit, { output, assigned }: Step): void {
  if (assigned) frame.scope.assign(assigned);
  const anyAssigned = assigned !== undefined && Object.keys(assigned).length > 0;
  frame.children = undefined;
  frame.entered = false;
  frame.cursor = run.history.add(`${state.Type}StateExited` as HistoryEventType, frame.cursor, {
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
