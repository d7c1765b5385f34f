import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { Interrupted, StateError, siblingFailed } from '../errors.ts';
import type { History } from '../history.ts';
import type { Json } from '../json.ts';
import type { Run } from './run.ts';
import type { Child, Scope } from './scope.ts';
import type { StateVisit } from './state-visit.ts';

export type RunScope = (run: Run, scope: Scope, signal: AbortSignal) => Promise<Json>;

export interface ChildrenOptions {
  run: Run;
  runScope: RunScope;
  /** The member is set when each child has a history of its own. */
  apart?: true;
  concurrency: number;
  /** Returns whether the state may continue after this number of children failed. */
  tolerates: (failed: number) => boolean;
  /** `after` is the event by which the child's turn came. */
  starting?: (child: Child, after: number) => void;
  succeeded?: (child: Child) => void;
  failed?: (child: Child) => void;
  aborted?: (child: Child, after: number) => void;
}

/**
 * Runs the branches or iterations of a state, those that are not done already, and leaves the state's cursor at the
 * last event of them. The first failure that is not tolerated interrupts the others.
 * @throws StateError with that failure
 */
export async function runChildren(visit: StateVisit, children: Child[], options: ChildrenOptions): Promise<void> {
  const crew = new Crew(visit, children, options);
  await crew.work();
  visit.signal.throwIfAborted();
  if (crew.failure) {
    if (!options.apart) {
      visit.scope.cursor = crew.failure.child.scope.cursor;
      recordAborted(children, crew.failure.child, visit.run.history, options);
    }
    throw crew.failure.error;
  }
  if (options.apart) return;
  visit.scope.cursor = Math.max(visit.scope.cursor, ...children.map((child) => child.scope.cursor));
}

class Crew {
  failure: { error: StateError; child: Child } | undefined;
  readonly #visit: StateVisit;
  readonly #queue: Child[];
  readonly #options: ChildrenOptions;
  readonly #controller = new AbortController();
  #failed = 0;

  constructor(visit: StateVisit, children: Child[], options: ChildrenOptions) {
    this.#visit = visit;
    this.#queue = children.filter(({ status }) => status !== 'succeeded');
    this.#options = options;
  }

  async work(): Promise<void> {
    const { signal } = this.#visit;
    const interrupt = () => this.#controller.abort(signal.reason);
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const lanes = Math.min(this.#options.concurrency, this.#queue.length);
      await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
    } finally {
      signal.removeEventListener('abort', interrupt);
      this.#controller.abort(siblingFailed());
    }
  }

  /** Runs child after child. */
  async #lane(): Promise<void> {
    let after = this.#visit.scope.cursor;
    for (let child = this.#queue.shift(); child; child = this.#queue.shift()) {
      if (this.#controller.signal.aborted) return;
      child.status = 'running';
      this.#options.starting?.(child, after);
      // The other lanes start before this one continues, as AWS records it.
      await undefined;
      await this.#runOne(child);
      after = child.scope.cursor;
    }
  }

  async #runOne(child: Child): Promise<void> {
    const { run, runScope, tolerates } = this.#options;
    try {
      await runScope(run, child.scope, this.#controller.signal);
      child.status = 'succeeded';
      this.#options.succeeded?.(child);
    } catch (error) {
      if (!(error instanceof StateError || error instanceof Interrupted)) throw error;
      if (error instanceof Interrupted || this.failure) {
        child.status = 'aborted';
        return;
      }
      child.status = 'failed';
      this.#failed += 1;
      this.#options.failed?.(child);
      if (tolerates(this.#failed)) return;
      this.failure = { error, child };
      this.#controller.abort(siblingFailed());
    }
  }
}

/** Records the events of what a failure cut short, each with the failure as its previous event. */
function recordAborted(children: Child[], failed: Child, history: History, options: ChildrenOptions): void {
  const after = failed.scope.cursor;
  if (failed.scope.list.States[failed.scope.at]?.Type === 'Task') stateAborted(failed.scope, history, after);
  for (const child of children) {
    if (child.status !== 'aborted') continue;
    options.aborted?.(child, after);
    stateAborted(child.scope, history, after);
  }
}

const ABORTABLE = ['Task', 'Wait', 'Parallel', 'Map'];

function stateAborted(scope: Scope, history: History, after: number): void {
  for (const child of scope.children ?? []) if (child.status === 'aborted') stateAborted(child.scope, history, after);
  const type = scope.list.States[scope.at]?.Type;
  if (!scope.entered || !type || !ABORTABLE.includes(type)) return;
  history.add(`${type}StateAborted` as HistoryEventType, after);
}
