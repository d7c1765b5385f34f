import { setTimeout as sleep } from 'node:timers/promises';
import { BuildFailure } from '../report.ts';
import { applyPlan, applyRest, requireStateOf } from './apply.ts';
import { nameBlockers, watchWaits } from './blockers.ts';
import type { Build, Root } from './build.ts';
import { reasonOf } from './events.ts';
import { show } from './plan.ts';
import type { Run } from './process.ts';
import { presentState } from './recovery.ts';
import { changed, databasesIn, type ShownPlan } from './shown-plan.ts';

/**
 * A destroy fails for reasons that pass: an interface that AWS has not released yet, or a throttled call. So it is
 * tried again for as long as each attempt leaves less than the one before, and something is left that can pass.
 */
const ATTEMPTS = 6;

/** A plan describes the account at its own time: an owner may have changed since. A redrive may apply it days later. */
const FRESH_MS = 15 * 60_000;

/** Applies a plan that destroys, in as many attempts as it needs. */
export async function destroyPlan(build: Build, root: Root, name: string): Promise<void> {
  const { settings, report, signals } = build;
  const { lineage } = await presentState(build, root);
  await requireStateOf(build, root, name, lineage);
  const stopWatching = watchWaits(build);
  try {
    const planned = await show(build, root, name);
    const names = databasesIn(planned);
    const first = isFresh(planned) ? applyPlan : applyRest;
    const noted = { ...root, destroys: lineage };
    let run = await first(build, noted, name, ['-destroy']);
    if (run.status === 0) return;
    let before = changed(planned).length;
    for (let attempt = 2; attempt <= ATTEMPTS; attempt += 1) {
      const { why, waitingHelps } = await nameBlockers(build, run.events, names);
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
    const { why } = await nameBlockers(build, run.events, names);
    const left = (await presentState(build, root)).resources;
    throw destroyFailure(`the destroy failed ${ATTEMPTS} times, ${left} resources are left`, why, run);
  } finally {
    stopWatching();
  }
}

/** Since version 1.5, a plan of Terraform's has the time of its creation. */
function isFresh({ timestamp }: ShownPlan): boolean {
  return timestamp === undefined || Date.now() - Date.parse(timestamp) < FRESH_MS;
}

/** @param blockers sentences about what prevents the deletion; empty when nothing is known */
export function destroyFailure(what: string, blockers: string, run: Run): BuildFailure {
  return new BuildFailure([what, blockers, reasonOf(run.events)].filter(Boolean).join('. '));
}
