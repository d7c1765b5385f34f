import type { ExecutionRedriveStatus, ExecutionStatus } from '@aws-sdk/client-sfn';
import { Interrupted, StateError } from './errors.ts';
import { failureDetails, HISTORY_LIMIT, History, inputDetails, outputDetails, type RecordedEvent } from './history.ts';
import { runScope } from './interpreter/interpreter.ts';
import { rewind } from './interpreter/redrive.ts';
import type { MapRun, MapRunSettings, Run } from './interpreter/run.ts';
import { newScope, type Scope } from './interpreter/scope.ts';
import type { Json, JsonObject } from './json.ts';
import type { Revision } from './machines.ts';

/** A failed execution can be redriven for this time, and this number of times. */
const REDRIVE_PERIOD_MS = 14 * 24 * 3600 * 1000;
const REDRIVE_LIMIT = 1000;

export interface ExecutionIdentity {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly versionArn: string | undefined;
  readonly revision: Revision;
  readonly input: Json;
  /** The member is that of an iteration of a distributed Map. */
  readonly mapRunArn?: string;
}

/** An execution needs this from its surroundings. */
export interface ExecutionHost extends Omit<Run, 'history' | 'context' | 'startMapRun'> {
  startMapRun(execution: Execution, settings: MapRunSettings): MapRun;
  statusChanged(execution: Execution): void;
  recorded(execution: Execution, event: RecordedEvent): void;
  log(message: string): void;
}

/** The class is one execution, from its start to its last redrive. */
export class Execution {
  readonly identity: ExecutionIdentity;
  readonly startedAt: number;
  readonly history: History;
  status: ExecutionStatus = 'RUNNING';
  stoppedAt: number | undefined;
  output: Json | undefined;
  failure: StateError | undefined;
  redriveCount = 0;
  redrivenAt: number | undefined;
  readonly #host: ExecutionHost;
  readonly #scope: Scope;
  #controller = new AbortController();
  #settled: Promise<void> = Promise.resolve();

  /** @param scope the position of the execution, when that is not the beginning of its revision */
  constructor(identity: ExecutionIdentity, host: ExecutionHost, scope?: Scope) {
    this.identity = identity;
    this.#host = host;
    this.startedAt = host.clock.now();
    this.history = new History(host.clock, (event) => this.#recorded(event));
    this.#scope = scope ?? newScope(identity.revision.parsed, identity.input, 0);
  }

  /** Starts the execution. The promise is for a caller that waits until the execution has ended. */
  start(): Promise<void> {
    const { input, revision, versionArn } = this.identity;
    this.history.add('ExecutionStarted', 0, {
      executionStartedEventDetails: {
        ...inputDetails(input),
        roleArn: revision.roleArn,
        ...(versionArn ? { stateMachineVersionArn: versionArn } : {}),
      },
    });
    this.#host.statusChanged(this);
    return this.#drive();
  }

  stop(error: string | undefined, cause: string | undefined): void {
    if (this.status !== 'RUNNING') return;
    const failure = new StateError(error, cause);
    this.history.add('ExecutionAborted', 0, { executionAbortedEventDetails: failureDetails(failure) });
    this.#end('ABORTED', failure);
    this.#controller.abort(new Interrupted('the execution was stopped'));
  }

  redriveStatus(): { status: ExecutionRedriveStatus; reason: string | undefined } {
    const refused = (reason: string) => ({ status: 'NOT_REDRIVABLE' as const, reason });
    if (this.status === 'RUNNING' || this.status === 'SUCCEEDED') {
      return refused(`Execution is ${this.status} and cannot be redriven`);
    }
    if (this.#host.clock.now() - this.startedAt > REDRIVE_PERIOD_MS) {
      return refused('Execution is not redrivable because it exceeded the redrivable period of 14 days');
    }
    if (this.redriveCount >= REDRIVE_LIMIT) return refused('Execution has reached the limit of redrives');
    return { status: 'REDRIVABLE', reason: undefined };
  }

  /** Continues from what did not succeed. The execution must be REDRIVABLE. */
  async redrive(): Promise<void> {
    this.redriveCount += 1;
    this.redrivenAt = this.#host.clock.now();
    this.status = 'RUNNING';
    this.stoppedAt = undefined;
    this.failure = undefined;
    // The interrupted run has to release the scope first.
    await this.#settled;
    this.#controller = new AbortController();
    this.history.open();
    const id = this.history.add('ExecutionRedriven', this.history.events.length, {
      executionRedrivenEventDetails: { redriveCount: this.redriveCount },
    });
    rewind(this.#scope, id);
    this.#host.statusChanged(this);
    void this.#drive();
  }

  /** Resolves when nothing of the execution runs any more. */
  settled(): Promise<void> {
    return this.#settled;
  }

  /** Interrupts the execution without an event in its history: the lab is stopping. */
  async shutdown(): Promise<void> {
    this.history.close();
    this.#controller.abort(new Interrupted('the lab is stopping'));
    await this.#settled;
  }

  #drive(): Promise<void> {
    const { signal } = this.#controller;
    const timeout = this.#limitTime(signal);
    const run: Run = {
      ...this.#host,
      startMapRun: (settings) => this.#host.startMapRun(this, settings),
      history: this.history,
      context: this.#context(),
    };
    this.#settled = runScope(run, this.#scope, signal)
      .then(
        (output) => this.#succeeded(output),
        (error) => this.#failed(error),
      )
      .finally(() => timeout.abort());
    return this.#settled;
  }

  #limitTime(signal: AbortSignal): AbortController {
    const timer = new AbortController();
    const seconds = this.identity.revision.parsed.TimeoutSeconds;
    if (seconds === undefined) return timer;
    this.#host.clock.sleep(seconds * 1000, timer.signal).then(
      () => {
        if (signal.aborted || this.status !== 'RUNNING') return;
        const failure = new StateError('States.Timeout');
        this.history.add('ExecutionTimedOut', 0, { executionTimedOutEventDetails: failureDetails(failure) });
        this.#end('TIMED_OUT', failure);
        this.#controller.abort(new Interrupted('the execution timed out'));
      },
      () => {},
    );
    return timer;
  }

  #succeeded(output: Json): void {
    this.history.add('ExecutionSucceeded', this.#scope.cursor, {
      executionSucceededEventDetails: outputDetails(output),
    });
    this.output = output;
    this.#end('SUCCEEDED', undefined);
  }

  #failed(error: unknown): void {
    if (error instanceof Interrupted) return;
    const failure = error instanceof StateError ? error : new StateError('States.Runtime', String(error));
    if (failure !== error) this.#host.log(`states: ${this.identity.arn}: ${(error as Error).stack ?? error}`);
    this.history.add('ExecutionFailed', this.#scope.cursor, { executionFailedEventDetails: failureDetails(failure) });
    this.#end('FAILED', failure);
  }

  #end(status: ExecutionStatus, failure: StateError | undefined): void {
    this.status = status;
    this.failure = failure;
    this.stoppedAt = this.#host.clock.now();
    this.history.close();
    this.#host.statusChanged(this);
  }

  #recorded(event: RecordedEvent): void {
    this.#host.recorded(this, event);
    if (event.id !== HISTORY_LIMIT) return;
    const cause = 'The execution reached the maximum number of history events (25000).';
    this.#controller.abort(new StateError('States.Runtime', cause));
  }

  #context(): JsonObject {
    const { arn, name, machineArn, machineName, input, revision } = this.identity;
    return {
      Execution: {
        Id: arn,
        Input: input,
        Name: name,
        RoleArn: revision.roleArn,
        StartTime: new Date(this.startedAt).toISOString(),
        RedriveCount: this.redriveCount,
        ...(this.redrivenAt === undefined ? {} : { RedriveTime: new Date(this.redrivenAt).toISOString() }),
      },
      StateMachine: { Id: machineArn, Name: machineName },
    };
  }
}
