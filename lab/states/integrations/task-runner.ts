import type { EventEmitter } from 'node:events';
import type { AwsEvent, LabEvents } from '../../context.ts';
import { StateError } from '../errors.ts';
import type { PerformTask, TaskAttempt } from '../interpreter/run.ts';
import { isObject, type Json } from '../json.ts';
import type { TaskTokens } from '../tokens.ts';
import type { AwsClients } from './aws-clients.ts';
import type { TaskCall } from './integration.ts';
import { integrationFor } from './registry.ts';

/** A job that is waited for is checked at this interval; an event on the bus ends it early. */
const POLL_MS = 1000;

export interface Surroundings {
  readonly tokens: TaskTokens;
  readonly events: EventEmitter<LabEvents>;
  /** Registers work that outlives its execution, so that the lab can wait for it. */
  inBackground(work: Promise<unknown>): void;
}

/** Performs the tasks of one execution with its role's credentials. */
export function taskRunner(aws: AwsClients, executionArn: string, surroundings: Surroundings): PerformTask {
  return async (attempt) => {
    const integration = integrationFor(attempt.resource);
    if (!integration) throw new StateError('States.Runtime', `No integration for the resource '${attempt.resource}'`);
    const work = new Work(attempt, aws, executionArn, surroundings);
    const result = integration(work);
    work.follow(result);
    try {
      if (attempt.token === undefined) return await result;
      return await work.awaitToken(attempt.token, result);
    } finally {
      work.close();
    }
  };
}

class Work implements TaskCall {
  readonly input: Json;
  readonly arguments: TaskCall['arguments'];
  readonly aws: AwsClients;
  readonly executionArn: string;
  readonly signal: AbortSignal;
  readonly #attempt: TaskAttempt;
  readonly #surroundings: Surroundings;
  readonly #cancel: (() => Promise<unknown>)[] = [];
  readonly #interrupted = () => this.#interrupt();

  constructor(attempt: TaskAttempt, aws: AwsClients, executionArn: string, surroundings: Surroundings) {
    this.input = attempt.arguments;
    this.arguments = isObject(attempt.arguments) ? attempt.arguments : {};
    this.aws = aws;
    this.executionArn = executionArn;
    this.signal = attempt.signal;
    this.#attempt = attempt;
    this.#surroundings = surroundings;
    this.signal.addEventListener('abort', this.#interrupted, { once: true });
  }

  /** An interrupted task may still be starting its job, which then has to be stopped. */
  follow(result: Promise<Json>): void {
    const unwound = result.catch(() => {});
    this.signal.addEventListener('abort', () => this.#surroundings.inBackground(unwound), { once: true });
  }

  submitted(output: Json): void {
    this.#attempt.submitted(output);
  }

  onInterrupt(cancel: () => Promise<unknown>): void {
    this.#cancel.push(cancel);
    // The interruption came while the job was being started.
    if (this.signal.aborted) this.#interrupt();
  }

  async pause(isNews: (event: AwsEvent) => boolean): Promise<void> {
    const { events } = this.#surroundings;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const listener = (event: AwsEvent) => {
      if (isNews(event)) resolve();
    };
    const interrupt = () => reject(this.signal.reason);
    const timer = setTimeout(resolve, POLL_MS);
    events.on('event', listener);
    this.signal.addEventListener('abort', interrupt, { once: true });
    if (this.signal.aborted) interrupt();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      events.off('event', listener);
      this.signal.removeEventListener('abort', interrupt);
    }
  }

  /** The request's own answer is only the receipt; the task's result comes by its token, perhaps even before. */
  async awaitToken(token: string, request: Promise<Json>): Promise<Json> {
    const { tokens } = this.#surroundings;
    const result = tokens.wait(token, this.#attempt.heartbeatSeconds, this.signal);
    // The wait may fail while the request is still in progress, where nothing handles its result yet.
    result.catch(() => {});
    try {
      this.submitted(await request);
    } catch (error) {
      tokens.withdraw(token);
      throw error;
    }
    return result;
  }

  close(): void {
    this.signal.removeEventListener('abort', this.#interrupted);
  }

  #interrupt(): void {
    for (const cancel of this.#cancel.splice(0)) this.#surroundings.inBackground(cancel());
  }
}
