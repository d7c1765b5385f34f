import type { LabContext } from '../context.ts';
import { ExecutionEnvironment, type Invocation, type Outcome } from './environment.ts';
import type { FunctionVersion } from './functions.ts';

export interface PoolOptions {
  /** An environment is kept for the next invocation for this time, in milliseconds. */
  idleMs: number;
  /** At most this number of idle environments is kept in all; the one that is idle for longest is removed first. */
  maxIdle: number;
}

/** The function has as many invocations at once as its reserved concurrency allows. */
export class ConcurrencyExceeded extends Error {}

/**
 * The pool has the execution environments of all functions: they are reused when idle, added when all are busy, and
 * ended when not needed.
 */
export class Pool {
  readonly #context: LabContext;
  readonly #options: PoolOptions;
  readonly #busy = new Map<string, number>();
  readonly #endings = new Set<Promise<void>>();
  #idle: { environment: ExecutionEnvironment; timer: NodeJS.Timeout }[] = [];

  constructor(context: LabContext, options: PoolOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** @throws ConcurrencyExceeded */
  async invoke(version: FunctionVersion, invocation: Invocation): Promise<Outcome> {
    const busy = this.#busy.get(version.name) ?? 0;
    if (busy >= (version.reservedConcurrency ?? Number.POSITIVE_INFINITY)) throw new ConcurrencyExceeded();
    this.#busy.set(version.name, busy + 1);
    const environment = this.#take(version) ?? new ExecutionEnvironment(this.#context, version);
    try {
      return await environment.invoke(invocation);
    } finally {
      this.#busy.set(version.name, (this.#busy.get(version.name) ?? 1) - 1);
      this.#giveBack(environment);
    }
  }

  async stop(): Promise<void> {
    for (const { environment } of this.#idle) this.#end(environment);
    await Promise.all(this.#endings);
  }

  #take(version: FunctionVersion): ExecutionEnvironment | undefined {
    // The most recently used one is the warmest.
    for (const { environment } of this.#idle.toReversed()) {
      if (environment.version.name !== version.name || environment.version.version !== version.version) continue;
      if (environment.alive && environment.version.revision === version.revision) {
        this.#remove(environment);
        return environment;
      }
      this.#end(environment);
    }
    return undefined;
  }

  #giveBack(environment: ExecutionEnvironment): void {
    if (!environment.alive) {
      this.#end(environment);
      return;
    }
    const timer = setTimeout(() => this.#end(environment), this.#options.idleMs).unref();
    this.#idle.push({ environment, timer });
    const oldest = this.#idle[0];
    if (oldest && this.#idle.length > this.#options.maxIdle) this.#end(oldest.environment);
  }

  #remove(environment: ExecutionEnvironment): void {
    this.#idle = this.#idle.filter((entry) => {
      if (entry.environment === environment) clearTimeout(entry.timer);
      return entry.environment !== environment;
    });
  }

  #end(environment: ExecutionEnvironment): void {
    this.#remove(environment);
    const ending = environment
      .end()
      .catch((error: Error) => this.#context.log(`lambda ${environment.version.name}: ${error.message}`))
      .finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}
