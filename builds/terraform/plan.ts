import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure, CommandFailure } from '../report.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { describePlan } from './described-plan.ts';
import { changesIn, reasonOf } from './events.ts';
import { handedOver } from './handed-over.ts';
import { lifecyclesIn, plannedLineage, plannedState, statesIn } from './plan-file.ts';
import { LOCK_TIMEOUT, runOrRelease } from './recovery.ts';
import { LINEAGE, PLANNED_VARIABLES, SERIAL, store, storeOwn } from './run-files.ts';
import { othersIn, type ShownPlan, shownPlan, unapprovedIn, undestroyableIn } from './shown-plan.ts';
import { readVariables, variableFiles } from './tfvars.ts';

/** The file creates a plan in one build, for another to apply exactly that. */

/**
 * The machine has two cores, and the provider mostly waits: the longest chain of resources limits an apply, not the
 * machine.
 */
export const PARALLELISM = 30;

/** `-detailed-exitcode` has this status for a plan that changes something. */
const CHANGES = 2;

/**
 * @returns the counts, and whether there is anything to apply
 * @throws CommandFailure when Terraform fails, whose reasons are then explained
 */
export async function plan(build: Build, root: Root, name: string, more: readonly string[] = []): Promise<Changes> {
  const run = await runOrRelease(build, root, [
    ...['plan', '-json', '-input=false', '-detailed-exitcode', `-parallelism=${PARALLELISM}`],
    ...[`-lock-timeout=${LOCK_TIMEOUT}`, ...variableFiles(root), `-out=${fileOf(build, name)}`, ...more],
  ]);
  endIfStopped(build, run.status);
  if (run.status !== 0 && run.status !== CHANGES) {
    build.report.explain(reasonOf(run.events));
    throw new CommandFailure('terraform plan', run.status);
  }
  await requireNoOlderState(build, root, name);
  return { any: run.status === CHANGES, counts: changesIn(run.events) };
}

/**
 * An older version of the state does not have all that exists: what it lacks would be created twice, or be left.
 * @throws BuildFailure
 */
async function requireNoOlderState(build: Build, root: Root, name: string): Promise<void> {
  const [lineage, last] = root.found.get(SERIAL)?.toString().split(' ') ?? [];
  if (last === undefined) return;
  const planned = await plannedState(fileOf(build, name)).catch(() => undefined);
  if (planned?.lineage !== lineage || planned?.serial === undefined || planned.serial >= Number(last)) return;
  const { controlBucket, runKey } = build.settings;
  throw new BuildFailure(
    `the state ${stateOf(root)} has serial ${planned.serial}, and the last apply wrote ${last}: somebody has put an older version back, which does not tell all that exists. Nothing is done. The right one is among the versions in the bucket; where it is lost, remove s3://${controlBucket}/${runKey}/${SERIAL}`,
  );
}

interface Changes {
  any: boolean;
  counts: ReturnType<typeof changesIn>;
}

/** Plans, and exports the counts. @returns how many resources the plan destroys */
export async function makePlan(build: Build, root: Root, name: string, more: readonly string[] = []): Promise<number> {
  const { counts } = await plan(build, root, name, more);
  if (!counts) throw new BuildFailure('Terraform did not say what it planned');
  build.report.exportValue('PLAN_ADD', String(counts.add));
  build.report.exportValue('PLAN_CHANGE', String(counts.change));
  build.report.exportValue('PLAN_DESTROY', String(counts.remove));
  return counts.remove;
}

/** Returns the path of a plan in this build. */
export function fileOf({ work }: Build, name: string): string {
  return join(work, name);
}

/** Ends the build after a signal, when all that Terraform left behind has been dealt with. */
export function endIfStopped({ signals }: Build, status: number): void {
  if (signals.stopped) throw new BuildFailure(`stopped by a signal; Terraform ended with ${status}`);
}

/** @throws BuildFailure */
export async function lineageOf(build: Build, name: string): Promise<string> {
  return plannedLineage(fileOf(build, name)).catch(() => {
    throw new BuildFailure(`${name} does not say which state it was made from`);
  });
}

/** @throws BuildFailure with `unread` */
export async function show(
  build: Build,
  root: Root,
  name: string,
  unread = `${name} could not be read`,
): Promise<ShownPlan> {
  const { status, text } = await build.terraform.capture(root.folder, ['show', '-json', fileOf(build, name)]);
  try {
    if (status === 0) return shownPlan.parse(JSON.parse(text));
  } catch {
    // The failure is thrown below.
  }
  throw new BuildFailure(unread);
}

/**
 * A plan of another size than an environment has is of the wrong state, or by the wrong configuration. The lineage
 * shows whose state it was: the caller compares it with the one that it took stock of.
 */
export async function limitDeletions(build: Build, name: string, destroys: number): Promise<void> {
  const { maxDeletions } = build.settings;
  if (destroys > maxDeletions)
    throw new BuildFailure(`the plan destroys ${destroys} resources, more than MAX_DELETIONS=${maxDeletions} allows`);
  const lineage = await lineageOf(build, name);
  await requireNotHandedOver(build, name);
  build.report.exportValue('STATE_LINEAGE', lineage);
}

/**
 * @throws BuildFailure when something that the plan destroys has got another owner's tags since Terraform wrote its
 * state
 */
export async function requireNotHandedOver(build: Build, name: string): Promise<void> {
  const { environment, project = '' } = build.settings;
  const handed = await statesIn(fileOf(build, name))
    .then(({ before, now }) => handedOver(before, now, { environment, project }))
    .catch(() => {
      throw new BuildFailure(`${name} does not have the state that it was made from`);
    });
  if (handed.length > 0)
    throw new BuildFailure(
      `nothing is destroyed, since it is another owner's by now: ${handed.join('; ')}. Take it out of the state of ${environment} (terraform state rm), or give it its tags back`,
    );
}

/** @returns the lineage of a plan's state, for the teardown, which destroys no other state's resources */
export async function lineageToKeep(build: Build, root: Root, name: string): Promise<string> {
  const known = root.found.get(LINEAGE)?.toString() ?? '';
  const now = await lineageOf(build, name);
  if (!known || known === now) return now;
  throw new BuildFailure(
    `the state ${stateOf(root)} has lineage ${now}, the last plan of ${build.settings.run} was made from ${known}: somebody has replaced it. Put the right one back; its versions are in the bucket`,
  );
}

/** Exports what a rollout would change besides the services. */
export async function nameOthers(build: Build, root: Root, name: string): Promise<string> {
  const others = othersIn(await show(build, root, name));
  build.report.exportValue('PLAN_OTHERS', others);
  return others;
}

/**
 * Nobody has reviewed the plan of the repositories, so it may create nothing else, remove nothing, and create nothing
 * that a teardown could not delete: this project pushes images into them.
 */
export async function requireDestroyable(build: Build, root: Root, name: string): Promise<ShownPlan> {
  const { environment, project = '' } = build.settings;
  const shown = await show(build, root, name);
  const unapproved = unapprovedIn(shown);
  if (unapproved.length > 0)
    throw new BuildFailure(
      `nothing is made, since nobody has approved it: ${unapproved.join('; ')}. A repository takes its images with it, and the plan that a person may refuse comes later. Undo that change in the Terraform root, or tear the environment down and provision it again`,
    );
  const kept = undestroyableIn(shown, { project, environment });
  if (kept.length > 0)
    throw new BuildFailure(`nothing is made, since a teardown could not take it away again: ${kept.join('; ')}`);
  return shown;
}

export async function described(build: Build, root: Root, name: string): Promise<string> {
  const shown = await show(build, root, name);
  const lifecycles = await lifecyclesIn(fileOf(build, name)).catch(() => {
    throw new BuildFailure(`the configuration in ${name} could not be read`);
  });
  return build.report.hidden(JSON.stringify(describePlan(shown, lifecycles), undefined, 2));
}

/** Keeps a plan until it is applied or refused, and its variables, which are not the environment's until then. */
export async function storePlan(build: Build, root: Root, name: string): Promise<void> {
  await Promise.all([
    storeOwn(build, name, await readFile(fileOf(build, name))),
    storeOwn(build, PLANNED_VARIABLES, await readVariables(root.variablesFile)),
  ]);
}

export async function keepLineage(build: Build, lineage: string): Promise<void> {
  await store(build, LINEAGE, lineage);
}
