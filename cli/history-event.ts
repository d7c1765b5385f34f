import type { HistoryEvent } from '@aws-sdk/client-sfn';

export type StateKind = 'Task' | 'Parallel' | 'Map' | 'Wait' | 'Choice' | 'Pass' | 'Succeed' | 'Fail';

/** The occurrence is the meaning of a history event, for all of its sixty types. */
export type Occurrence =
  | { is: 'state-entered' | 'state-exited'; kind: StateKind }
  | { is: 'branches-started' | 'branches-succeeded' | 'branches-failed'; kind: 'Parallel' | 'Map' }
  | { is: 'iteration-started' | 'iteration-ended' }
  | { is: 'attempt-scheduled' | 'attempt-submitted' | 'attempt-succeeded' | 'attempt-failed' }
  | { is: 'execution-started' | 'execution-redriven' }
  | { is: 'execution-ended'; status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' }
  | { is: 'other' };

const ENDS = { Succeeded: 'SUCCEEDED', Failed: 'FAILED', TimedOut: 'TIMED_OUT', Aborted: 'ABORTED' } as const;

export function occurrence(type: string): Occurrence {
  const state = /^(\w+)State(Entered|Exited)$/.exec(type);
  if (state) return { is: state[2] === 'Entered' ? 'state-entered' : 'state-exited', kind: state[1] as StateKind };
  const branches = /^(Parallel|Map)State(Started|Succeeded|Failed)$/.exec(type);
  if (branches) {
    const is = `branches-${branches[2]?.toLowerCase()}` as 'branches-started';
    return { is, kind: branches[1] as 'Parallel' | 'Map' };
  }
  const iteration = /^MapIteration(Started|Succeeded|Failed|Aborted)$/.exec(type);
  if (iteration) return { is: iteration[1] === 'Started' ? 'iteration-started' : 'iteration-ended' };
  const attempt = /^(?:Task|LambdaFunction|Activity)(Scheduled|Submitted|Succeeded)$/.exec(type);
  if (attempt) return { is: `attempt-${attempt[1]?.toLowerCase()}` as 'attempt-scheduled' };
  if (/^(Task|LambdaFunction|Activity)(\w*Failed|TimedOut)$/.test(type) || type === 'EvaluationFailed') {
    return { is: 'attempt-failed' };
  }
  if (type === 'ExecutionStarted') return { is: 'execution-started' };
  if (type === 'ExecutionRedriven') return { is: 'execution-redriven' };
  const end = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.exec(type)?.[1] as keyof typeof ENDS | undefined;
  return end ? { is: 'execution-ended', status: ENDS[end] } : { is: 'other' };
}

/** The details of the event types share these fields. */
export interface Details {
  name?: string;
  input?: string;
  output?: string;
  error?: string;
  cause?: string;
  resource?: string;
  resourceType?: string;
  parameters?: string;
  index?: number;
}

export function detailsOf(event: HistoryEvent): Details {
  for (const [key, value] of Object.entries(event)) {
    if (key.endsWith('EventDetails') && value) return value as Details;
  }
  return {};
}
