import type { AwsEvent } from '../../context.ts';
import type { Json, JsonObject } from '../json.ts';
import type { AwsClients } from './aws-clients.ts';

/** An integration gets one task in this form. */
export interface TaskCall {
  /** The input is the task's, of whatever type. */
  readonly input: Json;
  /** The arguments are the same input where it is an object, as every API wants it. */
  readonly arguments: JsonObject;
  /** The clients call AWS on behalf of the state machine's role. */
  readonly aws: AwsClients;
  /** Nested executions record the execution with this ARN as the one that started them. */
  readonly executionArn: string;
  readonly signal: AbortSignal;
  /** Records that the service accepted the job. */
  submitted(output: Json): void;
  /** Registers how the job is stopped when the task is interrupted before it ends: best effort, as on AWS. */
  onInterrupt(cancel: () => Promise<unknown>): void;
  /** Resolves a moment later, or as soon as an event on the bus is about the job. */
  pause(isNews: (event: AwsEvent) => boolean): Promise<void>;
}

/**
 * An integration is one kind of Task resource. It performs the request and returns its result; for a job that is waited
 * for (`.sync`) the result of the job.
 * @throws StateError
 */
export type Integration = (call: TaskCall) => Promise<Json>;

/**
 * The signal is for calls that must not be cut short: one that starts a job (a job whose answer is lost is never
 * stopped), and one that stops it.
 */
export const uninterrupted = (): AbortSignal => new AbortController().signal;
