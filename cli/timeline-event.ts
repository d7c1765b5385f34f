import type { CheckRow, SweepReport } from './event-details.ts';
import type { StateKind } from './history-event.ts';

export type Status = 'entered' | 'waiting' | 'retrying' | 'succeeded' | 'failed';

/** Something that happened to a state of an execution, or to the execution itself. */
export interface TimelineEvent {
  execution: ExecutionName;
  /** Absent when it is about the execution itself. */
  state?: StateVisit;
  status: Status;
  at: Date;
  /** Since the state was entered, or the execution started. */
  durationMs: number;
  /** Number of the attempt that failed, of a retry. */
  attempt?: number;
  detail?: string;
  /** The check result that the state's output, or its failure, is. */
  check?: CheckRow;
  /** The state failed, and the machine goes on all the same. */
  caught?: true;
  /** The state waits for a person. */
  question?: true;
  /** Id of a build that the state has started and waits for. */
  build?: string;
  /** How many changes a plan has, that the state has made. */
  planned?: number;
  /** ARN of an execution that the state has started and waits for. */
  child?: string;
  /** Of the execution's end. */
  end?: ExecutionEnd;
}

export interface ExecutionName {
  arn: string;
  name: string;
  machine: string;
}

export interface StateVisit {
  /** Id of the event that entered it. */
  id: number;
  name: string;
  kind: StateKind;
  /** Enclosing Parallel and Map states, outermost first. */
  within: readonly { id: number; name: string }[];
  /** What a Map iteration is about: its item where that is a word, else its number. */
  iteration?: string;
}

export interface ExecutionEnd {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  output?: string;
  error?: string;
  cause?: string;
  /** Every check that the execution's states reported, in the order in which they did. */
  checks: readonly CheckRow[];
  sweep?: SweepReport;
  evidence?: string;
}
