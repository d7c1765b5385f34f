import { randomBytes } from 'node:crypto';
import { invalidToken, taskTimedOut } from './api/errors.ts';
import type { Clock } from './clock.ts';
import { StateError } from './errors.ts';
import type { Json } from './json.ts';

interface Waiting {
  settle: { resolve(output: Json): void; reject(failure: StateError): void };
  beat(): void;
}

/** The tokens belong to tasks that wait for their result to be reported. */
export class TaskTokens {
  readonly #waiting = new Map<string, Waiting>();
  readonly #issued = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(): string {
    const token = randomBytes(96).toString('base64');
    this.#issued.add(token);
    return token;
  }

  /** Waits for the token's result, or for a heartbeat that is missed. @throws StateError */
  wait(token: string, heartbeatSeconds: number | undefined, signal: AbortSignal): Promise<Json> {
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    const monitor = new Heartbeat(this.#clock, heartbeatSeconds, reject);
    this.#waiting.set(token, { settle: { resolve, reject }, beat: () => monitor.beat() });
    const end = () => {
      monitor.stop();
      this.#waiting.delete(token);
      signal.removeEventListener('abort', interrupt);
    };
    const interrupt = () => reject(signal.reason);
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    return promise.finally(end);
  }

  succeed(token: string, output: Json): void {
    this.require(token).settle.resolve(output);
    this.#waiting.delete(token);
  }

  fail(token: string, error: string | undefined, cause: string | undefined): void {
    this.require(token).settle.reject(new StateError(error, cause));
    this.#waiting.delete(token);
  }

  /** The request was never sent, so the token has no owner. */
  withdraw(token: string): void {
    this.#waiting.get(token)?.settle.reject(new StateError('States.TaskFailed'));
    this.#waiting.delete(token);
  }

  heartbeat(token: string): void {
    this.require(token).beat();
  }

  /** @throws AwsError InvalidToken for one never issued, TaskTimedOut for one whose task is over */
  require(token: string): Waiting {
    const waiting = this.#waiting.get(token);
    if (waiting) return waiting;
    throw this.#issued.has(token) ? taskTimedOut() : invalidToken();
  }
}

class Heartbeat {
  readonly #clock: Clock;
  readonly #seconds: number | undefined;
  readonly #missed: (failure: StateError) => void;
  #timer = new AbortController();

  constructor(clock: Clock, seconds: number | undefined, missed: (failure: StateError) => void) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#missed = missed;
    this.beat();
  }

  beat(): void {
    this.stop();
    if (this.#seconds === undefined) return;
    this.#timer = new AbortController();
    this.#clock.sleep(this.#seconds * 1000, this.#timer.signal).then(
      // AWS records a missed heartbeat as a timeout; Retry and Catch can distinguish the two.
      () => this.#missed(new StateError('States.Timeout', undefined, { aliases: ['States.HeartbeatTimeout'] })),
      () => {},
    );
  }

  stop(): void {
    this.#timer.abort();
  }
}
