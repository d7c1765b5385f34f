import type { AwsEvent } from '../../context.ts';
import type { Json, JsonObject } from '../json.ts';
import type { AwsClients } from './aws-clients.ts';

/** One task, as an integration sees it. */
export interface TaskCall {
  /** What the task was given, of whatever type. */
  readonly input: Json;
  /** The same where it is an object, as every API wants it. */
  readonly arguments: JsonObject;
  /** Calls AWS on behalf of the state machine's role. */
  readonly aws: AwsClients;
  /** Name of the execution, by which nested executions tell who started them. */
  readonly executionArn: string;
  readonly signal: AbortSignal;
  /** The service took the job. */
  submitted(output: Json): void;
  /** What to do about the job when the task is interrupted before it ends: best effort, as on AWS. */
  onInterrupt(cancel: () => Promise<unknown>): void;
  /** A moment later, or as soon as an event on the bus is news about the job. */
  pause(isNews: (event: AwsEvent) => boolean): Promise<void>;
}

/**
 * One kind of Task resource. Performs the request and returns its result; for a job that is waited for (`.sync`) the
 * result of the job.
 * @throws StateError
 */
export type Integration = (call: TaskCall) => Promise<Json>;

/**
 * For calls that must not be cut short: one that starts a job (an answer lost is a job that nobody stops), and one that
 * stops it.
 */
export const uninterrupted = (): AbortSignal => new AbortController().signal;
