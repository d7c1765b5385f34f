import type { ParallelState } from '../definition/types.ts';
import { exceedsDataLimit, type Json } from '../json.ts';
import { attempt } from './attempt.ts';
import { type RunScope, runChildren } from './children.ts';
import { type Child, newScope } from './scope.ts';
import type { StateVisit, Step } from './state-visit.ts';

export function runParallel(visit: StateVisit<ParallelState>, runScope: RunScope): Promise<Step> {
  const { run, scope, state } = visit;
  return attempt(
    visit,
    async () => {
      scope.children ??= await startBranches(visit);
      const branches = scope.children;
      await runChildren(visit, branches, {
        run,
        runScope,
        concurrency: branches.length,
        tolerates: () => false,
      });
      run.history.add('ParallelStateSucceeded', scope.cursor);
      const result = branches.map(({ scope: branch }) => branch.output as Json);
      if (exceedsDataLimit(result)) throw visit.dataLimitExceeded();
      return visit.finish(state, result, state.Next, { result });
    },
    () => {
      scope.cursor = run.history.add('ParallelStateFailed', scope.cursor);
      // When the branches succeeded and only their results were too large, a redrive runs all of them again.
      if (scope.children?.every(({ status }) => status === 'succeeded')) scope.children = undefined;
    },
  );
}

async function startBranches(visit: StateVisit<ParallelState>): Promise<Child[]> {
  const { run, scope, state } = visit;
  const input = state.Arguments === undefined ? visit.input : await visit.evaluate('Arguments', state.Arguments);
  scope.cursor = run.history.add('ParallelStateStarted', scope.cursor);
  return state.Branches.map((branch) => ({ scope: newScope(branch, input, scope.cursor, scope), status: 'pending' }));
}
