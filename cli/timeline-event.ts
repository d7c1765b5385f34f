import type { CheckRow, SweepReport } from './event-details.ts';
import type { StateKind } from './history-event.ts';

export type Status = 'entered' | 'waiting' | 'retrying' | 'succeeded' | 'failed';

/** The event belongs to a state of an execution, or to the execution itself. */
export interface TimelineEvent {
  execution: ExecutionName;
  /** The state is absent for an event of the execution itself. */
  state?: StateVisit;
  status: Status;
  at: Date;
  /** The duration is since the entry of the state, or the start of the execution. */
  durationMs: number;
  /** A retry has the number of the attempt that failed. */
  attempt?: number;
  detail?: string;
  /** This check result is in the state's output, or in its failure. */
  check?: CheckRow;
  /** The state failed, and the machine continues. */
  caught?: true;
  /** The state waits for a person. */
  question?: true;
  /** The state has started the build with this id, and waits for it. */
  build?: string;
  /** The state has created a plan with this number of changes. */
  planned?: number;
  /** The state has started the execution with this ARN, and waits for it. */
  child?: string;
  /** The event of the execution's end has this member. */
  end?: ExecutionEnd;
}

export interface ExecutionName {
  arn: string;
  name: string;
  machine: string;
}

export interface StateVisit {
  /** The event with this id entered the state. */
  id: number;
  name: string;
  kind: StateKind;
  /** These are the enclosing Parallel and Map states, the outermost first. */
  within: readonly { id: number; name: string }[];
  /** A Map iteration has its item here if it is a word, and otherwise its number. */
  iteration?: string;
}

export interface ExecutionEnd {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  output?: string;
  error?: string;
  cause?: string;
  /** The list contains every check that the execution's states reported, in the order of the reports. */
  checks: readonly CheckRow[];
  sweep?: SweepReport;
  evidence?: string;
}
