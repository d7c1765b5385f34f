import type { MapState } from '../definition/types.ts';
import { StateError } from '../errors.ts';
import { exceedsDataLimit, type Json } from '../json.ts';
import { attempt } from './attempt.ts';
import { type ChildrenOptions, type RunScope, runChildren } from './children.ts';
import { mapItems } from './map-items.ts';
import type { MapRun } from './run.ts';
import { type Child, newScope } from './scope.ts';
import type { StateVisit, Step } from './state-visit.ts';

/** AWS runs at most this number of iterations at once where MaxConcurrency is absent. */
const INLINE_CONCURRENCY = 40;
const DISTRIBUTED_CONCURRENCY = 10_000;

export function runMap(visit: StateVisit<MapState>, runScope: RunScope): Promise<Step> {
  const { run, scope, state } = visit;
  const distributed = state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
  const limits = new Limits(visit);
  return attempt(
    visit,
    async () => {
      const concurrency = await limits.concurrency();
      scope.children ??= await startIterations(visit, distributed);
      const iterations = scope.children;
      const tolerated = await limits.tolerated();
      const tolerates = tolerance(tolerated, iterations.length);
      const most = distributed ? DISTRIBUTED_CONCURRENCY : INLINE_CONCURRENCY;
      const options = { run, runScope, tolerates, concurrency: concurrency || most };
      if (distributed) await runDistributed(visit, iterations, options, { ...tolerated, concurrency });
      else {
        const tolerant = tolerated.count !== undefined || tolerated.percentage !== undefined;
        await runInline(visit, iterations, options, tolerant);
      }
      run.history.add('MapStateSucceeded', scope.cursor);
      const succeeded = iterations.filter(({ status }) => status === 'succeeded');
      const result = succeeded.map(({ scope: iteration }) => iteration.output as Json);
      if (exceedsDataLimit(result)) throw visit.dataLimitExceeded();
      return visit.finish(state, result, state.Next, { result });
    },
    (failure) => {
      // AWS ends the execution at a limit that is out of its range, without a failure of the state.
      if (failure === limits.outOfRange) return;
      scope.cursor = run.history.add('MapStateFailed', scope.cursor);
      if (scope.children?.every(({ status }) => status === 'succeeded')) scope.children = undefined;
    },
  );
}

interface Tolerated {
  count: number | undefined;
  percentage: number | undefined;
}

/** The limits of a Map are evaluated anew at each attempt. */
class Limits {
  outOfRange: StateError | undefined;
  readonly #visit: StateVisit<MapState>;

  constructor(visit: StateVisit<MapState>) {
    this.#visit = visit;
  }

  concurrency(): Promise<number> {
    return this.#watch(
      async (visit) => (await visit.evaluateNumber('MaxConcurrency', visit.state.MaxConcurrency)) ?? 0,
    );
  }

  tolerated(): Promise<Tolerated> {
    return this.#watch(async (visit) => ({
      count: await visit.evaluateNumber('ToleratedFailureCount', visit.state.ToleratedFailureCount),
      percentage: await percentage(visit, visit.state.ToleratedFailurePercentage),
    }));
  }

  async #watch<T>(read: (visit: StateVisit<MapState>) => Promise<T>): Promise<T> {
    try {
      return await read(this.#visit);
    } catch (error) {
      if (error instanceof StateError && error.error === 'States.Runtime') this.outOfRange = error;
      throw error;
    }
  }
}

async function percentage(visit: StateVisit<MapState>, template: Json | undefined): Promise<number | undefined> {
  if (template === undefined) return undefined;
  const value = (await visit.evaluateAs('ToleratedFailurePercentage', template, 'number')) as number;
  if (value >= 0 && value <= 100) return value;
  throw visit.runtimeError('ToleratedFailurePercentage must be between 0 and 100.');
}

/** Both limits hold where both are given. */
function tolerance({ count, percentage: percent }: Tolerated, total: number): (failed: number) => boolean {
  if (count === undefined && percent === undefined) return () => false;
  return (failed) => failed <= (count ?? total) && (failed * 100) / total <= (percent ?? 100);
}

async function startIterations(visit: StateVisit<MapState>, distributed: boolean): Promise<Child[]> {
  const { run, scope, state } = visit;
  const { inputs, items } = await mapItems(visit);
  scope.cursor = run.history.add('MapStateStarted', scope.cursor, {
    mapStateStartedEventDetails: { length: state.ItemReader ? 0 : items.length },
  });
  return inputs.map((input, index) => {
    const context = { Map: { Item: { Index: index, Value: items[index] ?? null } } };
    // Iterations of a distributed Map are executions of their own: they see no variables of the parent's.
    const child = distributed
      ? newScope(state.ItemProcessor, input, 0, undefined, context)
      : newScope(state.ItemProcessor, input, scope.cursor, scope, context);
    return { scope: child, status: 'pending' };
  });
}

async function runInline(
  visit: StateVisit<MapState>,
  iterations: Child[],
  options: ChildrenOptions,
  tolerant: boolean,
) {
  const { history } = visit.run;
  const { name } = visit;
  const index = (child: Child) => iterations.indexOf(child);
  let lastSucceeded: number | undefined;
  const outcomes: Pick<ChildrenOptions, 'starting' | 'succeeded' | 'failed' | 'aborted'> = {
    starting: (child, after) => {
      const details = { mapIterationStartedEventDetails: { name, index: index(child) } };
      child.scope.cursor = history.add('MapIterationStarted', after, details);
    },
    succeeded: (child) => {
      const details = { mapIterationSucceededEventDetails: { name, index: index(child) } };
      lastSucceeded = history.add('MapIterationSucceeded', child.scope.cursor, details);
    },
    failed: (child) => {
      const details = { mapIterationFailedEventDetails: { name, index: index(child) } };
      history.add('MapIterationFailed', child.scope.cursor, details);
    },
    aborted: (child, after) => {
      const details = { mapIterationAbortedEventDetails: { name, index: index(child) } };
      history.add('MapIterationAborted', after, details);
    },
  };
  try {
    await runChildren(visit, iterations, { ...options, ...outcomes });
  } catch (error) {
    throw tolerant && error instanceof StateError ? thresholdExceeded() : error;
  }
  visit.scope.cursor = lastSucceeded ?? visit.scope.cursor;
}

/** The map has the run of the iterations; a redrive continues with it. */
const mapRuns = new WeakMap<Child[], MapRun>();

/** The parent's history has only the Map Run's events; each iteration is an execution of its own. */
async function runDistributed(
  visit: StateVisit<MapState>,
  iterations: Child[],
  options: ChildrenOptions,
  limits: Tolerated & { concurrency: number },
): Promise<void> {
  const { run, scope } = visit;
  const mapRun = mapRuns.get(iterations) ?? startMapRun(visit, iterations, limits);
  recordStart(visit, mapRun, mapRuns.has(iterations));
  mapRuns.set(iterations, mapRun);
  const started = scope.cursor;
  try {
    const runScope: RunScope = (_, iteration, signal) => mapRun.iterate(iteration, signal);
    await runChildren(visit, iterations, { ...options, runScope, apart: true });
  } catch (error) {
    mapRun.end(error instanceof StateError ? 'FAILED' : 'ABORTED');
    if (!(error instanceof StateError)) throw error;
    const failure = thresholdExceeded();
    const mapRunFailedEventDetails = { error: failure.error, cause: failure.reason };
    scope.cursor = run.history.add('MapRunFailed', started, { mapRunFailedEventDetails });
    throw failure;
  }
  mapRun.end('SUCCEEDED');
  scope.cursor = run.history.add('MapRunSucceeded', started);
}

function startMapRun(
  { run, state, name }: StateVisit<MapState>,
  iterations: Child[],
  limits: Tolerated & { concurrency: number },
): MapRun {
  return run.startMapRun({
    label: state.Label ?? name.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 40),
    maxConcurrency: limits.concurrency,
    toleratedFailureCount: limits.count ?? 0,
    toleratedFailurePercentage: limits.percentage ?? 0,
    total: iterations.length,
  });
}

function recordStart({ run, scope }: StateVisit<MapState>, mapRun: MapRun, again: boolean): void {
  const { arn: mapRunArn } = mapRun;
  if (!again) {
    scope.cursor = run.history.add('MapRunStarted', scope.cursor, { mapRunStartedEventDetails: { mapRunArn } });
    return;
  }
  mapRun.redrive();
  const mapRunRedrivenEventDetails = { mapRunArn, redriveCount: mapRun.redriveCount };
  scope.cursor = run.history.add('MapRunRedriven', scope.cursor, { mapRunRedrivenEventDetails });
}

function thresholdExceeded(): StateError {
  return new StateError(
    'States.ExceedToleratedFailureThreshold',
    'The specified tolerated failure threshold was exceeded',
  );
}
