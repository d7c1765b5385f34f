import type { Json, JsonObject } from '../json.ts';

/**
 * The types are the parts of the Amazon States Language that exist in JSONata machines. They describe only validated
 * definitions.
 */

export interface StateList {
  StartAt: string;
  States: Record<string, State>;
}

export interface Definition extends StateList {
  Comment?: string;
  QueryLanguage: 'JSONata';
  TimeoutSeconds?: number;
  Version?: string;
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxAttempts?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  ErrorEquals: string[];
  Next: string;
  Output?: Json;
  Assign?: JsonObject;
}

interface Common {
  Comment?: string;
  Output?: Json;
  Assign?: JsonObject;
  Next?: string;
  End?: true;
}

/** The work of these states can fail and be tried again. */
export interface Fallible extends Common {
  Arguments?: Json;
  Retry?: Retrier[];
  Catch?: Catcher[];
}

export interface TaskState extends Fallible {
  Type: 'Task';
  Resource: string;
  /** The value is a number, or an expression that yields one. */
  TimeoutSeconds?: Json;
  HeartbeatSeconds?: Json;
}

export interface ParallelState extends Fallible {
  Type: 'Parallel';
  Branches: StateList[];
}

export interface ItemProcessor extends StateList {
  ProcessorConfig?: { Mode?: 'INLINE' | 'DISTRIBUTED'; ExecutionType?: 'STANDARD' | 'EXPRESS' };
}

export interface ItemReader {
  Resource: string;
  Arguments?: Json;
  ReaderConfig?: JsonObject;
}

export interface MapState extends Fallible {
  Type: 'Map';
  Items?: Json;
  ItemReader?: ItemReader;
  ItemSelector?: Json;
  ItemBatcher?: { MaxItemsPerBatch?: Json; MaxInputBytesPerBatch?: Json; BatchInput?: Json };
  ItemProcessor: ItemProcessor;
  MaxConcurrency?: Json;
  ToleratedFailureCount?: Json;
  ToleratedFailurePercentage?: Json;
  Label?: string;
}

export interface PassState extends Common {
  Type: 'Pass';
}

export interface ChoiceRule {
  Condition: Json;
  Next: string;
  Output?: Json;
  Assign?: JsonObject;
}

export interface ChoiceState extends Common {
  Type: 'Choice';
  Choices: ChoiceRule[];
  Default?: string;
}

export interface WaitState extends Common {
  Type: 'Wait';
  Seconds?: Json;
  Timestamp?: Json;
}

export interface SucceedState extends Common {
  Type: 'Succeed';
}

export interface FailState {
  Type: 'Fail';
  Comment?: string;
  Error?: string;
  Cause?: string;
}

export type State =
  | TaskState
  | ParallelState
  | MapState
  | PassState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState;
