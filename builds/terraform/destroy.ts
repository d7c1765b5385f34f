import { setTimeout as sleep } from 'node:timers/promises';
import { BuildFailure } from '../report.ts';
import { applyPlan, applyRest, requireStateOf } from './apply.ts';
import { nameBlockers, watchWaits } from './blockers.ts';
import type { Build, Root } from './build.ts';
import { reasonOf } from './events.ts';
import { show } from './plan.ts';
import type { Run } from './process.ts';
import { presentState } from './recovery.ts';
import { changed } from './shown-plan.ts';

/**
 * A destroy fails for reasons that pass: an interface that AWS has not let go of yet, a throttled call. So it goes on for
 * as long as each attempt leaves less than the one before, and something is left that can pass.
 */
const ATTEMPTS = 6;

/** Destroys what a plan destroys. */
export async function destroyPlan(build: Build, root: Root, name: string): Promise<void> {
  const { settings, report, signals } = build;
  await requireStateOf(build, root, name, (await presentState(build, root)).lineage);
  const stopWatching = watchWaits(build);
  try {
    let run = await applyPlan(build, root, name, ['-destroy']);
    if (run.status === 0) return;
    let before = changed(await show(build, root, name)).length;
    for (let attempt = 2; attempt <= ATTEMPTS; attempt += 1) {
      const { why, waitingHelps } = await nameBlockers(build, run.events);
      const left = (await presentState(build, root)).resources;
      if (left >= before)
        throw destroyFailure(`the destroy is stuck: ${left} resources are left, as many as before`, why, run);
      if (!waitingHelps)
        throw destroyFailure(
          `the destroy does not go on: ${left} resources are left, and nothing that is in the way passes with time`,
          why,
          run,
        );
      report.log(
        `the destroy failed with ${left} of ${before} resources left: attempt ${attempt} in ${settings.destroyPause} s`,
      );
      before = left;
      await sleep(settings.destroyPause * 1000);
      signals.endIfStopped();
      run = await applyRest(build, root, name, ['-destroy']);
      if (run.status === 0) return;
    }
    const { why } = await nameBlockers(build, run.events);
    const left = (await presentState(build, root)).resources;
    throw destroyFailure(`the destroy failed ${ATTEMPTS} times, ${left} resources are left`, why, run);
  } finally {
    stopWatching();
  }
}

/** @param blockers who is in the way, if anybody is known to be */
export function destroyFailure(what: string, blockers: string, run: Run): BuildFailure {
  return new BuildFailure([what, blockers, reasonOf(run.events)].filter(Boolean).join('. '));
}
