import type { Clock } from '../clock.ts';
import type { History } from '../history.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Scope } from './scope.ts';

/** The interpreter hands one attempt of a Task state in this form to the code that performs it. */
export interface TaskAttempt {
  readonly resource: string;
  readonly arguments: Json;
  /** The token is set for `.waitForTaskToken`: the result is what the token's owner sends back. */
  readonly token: string | undefined;
  /** A token is given up after this number of seconds without a heartbeat. */
  readonly heartbeatSeconds: number | undefined;
  readonly signal: AbortSignal;
  /**
   * Records that the service accepted the job; `output` is its answer. Only `.sync` and `.waitForTaskToken` wait for a
   * result.
   */
  submitted(output: Json): void;
}

/** Performs tasks: the integrations with AWS services, or a test's own. @throws StateError */
export type PerformTask = (attempt: TaskAttempt) => Promise<Json>;

/** Reads the items of a Map that has an ItemReader. @throws StateError */
export type ReadItems = (
  reader: { resource: string; arguments: Json; config: JsonObject },
  signal: AbortSignal,
) => Promise<Json[]>;

export interface MapRunSettings {
  label: string;
  maxConcurrency: number;
  toleratedFailureCount: number;
  toleratedFailurePercentage: number;
  total: number;
}

/** A Map Run is one run of a distributed Map, whose iterations are executions of their own. */
export interface MapRun {
  readonly arn: string;
  readonly redriveCount: number;
  /** The method is called once for each redrive of the execution that the run belongs to. */
  redrive(): void;
  /**
   * Runs an iteration from its scope's position to its end; one that has failed before is redriven.
   * @throws StateError when it fails
   * @throws Interrupted when the signal is aborted, after stopping it
   */
  iterate(scope: Scope, signal: AbortSignal): Promise<Json>;
  end(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void;
}

/** The interpreter needs this from the execution that it runs in. */
export interface Run {
  readonly clock: Clock;
  readonly history: History;
  readonly performTask: PerformTask;
  readonly readItems: ReadItems;
  readonly newTaskToken: () => string;
  /** The context has `Execution` and `StateMachine` of `$states.context`. */
  readonly context: JsonObject;
  readonly startMapRun: (settings: MapRunSettings) => MapRun;
  readonly region: string;
  /** Returns a number between 0 and 1; only jitter depends on it. */
  readonly random: () => number;
}
