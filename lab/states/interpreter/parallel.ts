import type { ParallelState } from '../definition/types.ts';
import { exceedsDataLimit, type Json } from '../json.ts';
import { attempt } from './attempt.ts';
import { type RunFrame, runChildren } from './children.ts';
import { type Child, newFrame } from './frame.ts';
import type { Step, Visit } from './visit.ts';

export function runParallel(visit: Visit<ParallelState>, runFrame: RunFrame): Promise<Step> {
  const { run, frame, state } = visit;
  return attempt(
    visit,
    async () => {
      frame.children ??= await startBranches(visit);
      const branches = frame.children;
      await runChildren(visit, branches, {
        run,
        runFrame,
        concurrency: branches.length,
        tolerates: () => false,
      });
      run.history.add('ParallelStateSucceeded', frame.cursor);
      const result = branches.map(({ frame: branch }) => branch.output as Json);
      if (exceedsDataLimit(result)) throw visit.dataLimitExceeded();
      return visit.finish(state, result, state.Next, { result });
    },
    () => {
      frame.cursor = run.history.add('ParallelStateFailed', frame.cursor);
      // When the branches succeeded and only their results were too large, a redrive runs all of them again.
      if (frame.children?.every(({ status }) => status === 'succeeded')) frame.children = undefined;
    },
  );
}

async function startBranches(visit: Visit<ParallelState>): Promise<Child[]> {
  const { run, frame, state } = visit;
  const input = state.Arguments === undefined ? visit.input : await visit.evaluate('Arguments', state.Arguments);
  frame.cursor = run.history.add('ParallelStateStarted', frame.cursor);
  return state.Branches.map((branch) => ({ frame: newFrame(branch, input, frame.cursor, frame), status: 'pending' }));
}
