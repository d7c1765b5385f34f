import { existsSync } from 'node:fs';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireOwnership } from '../ownership.ts';
import { BuildFailure, CommandFailure } from '../report.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { complainsOf, reasonOf } from './events.ts';
import { endIfStopped, fileOf, keepLineage, lineageOf, PARALLELISM, plan, requireNotHandedOver, show } from './plan.ts';
import type { Run } from './process.ts';
import { LOCK_TIMEOUT, presentState, runOrRelease } from './recovery.ts';
import { moreThan } from './rest-plan.ts';
import { DESTROYED, LINEAGE, SERIAL, store } from './run-files.ts';
import { parseState } from './state.ts';
import { variableFiles } from './tfvars.ts';

const STALE = 'Saved plan is stale';
const OTHER_STATE = 'Saved plan does not match the given state';

/**
 * Applies, if the environment is still the execution's own. A state that Terraform could not write to its backend is
 * the only record of what exists, and is saved whatever else has happened.
 */
export async function apply(build: Build, root: Root, args: readonly string[]): Promise<Run> {
  const { settings, signals } = build;
  await requireOwnership(settings, settings.environment, settings.command);
  await noteDestroy(build, root);
  const run = await runOrRelease(build, root, [
    ...['apply', '-json', '-input=false', `-parallelism=${PARALLELISM}`, `-lock-timeout=${LOCK_TIMEOUT}`, ...args],
  ]);
  await signals.whileSaving(() => saveErroredState(build, root));
  await keepSerial(build, root);
  endIfStopped(build, run.status);
  return run;
}

/**
 * Stores the serial of the state. With it, a later build recognises an older version of the state; without it, only
 * Terraform's own checks do.
 */
async function keepSerial(build: Build, root: Root): Promise<void> {
  // The backend's own root has no table. A build that was stopped has no time.
  if (!root.table || build.signals.stopped) return;
  try {
    const { lineage, serial } = await presentState(build, root);
    if (lineage) await store(build, SERIAL, `${lineage} ${serial}`);
  } catch {
    build.report.log('the serial of the state could not be noted');
  }
}

/** A state that is not there any more was destroyed if its destroy has begun, and if nothing was applied since. */
async function noteDestroy(build: Build, { destroys, found }: Root): Promise<void> {
  const { command } = build.settings;
  if (destroys !== undefined) return store(build, DESTROYED, destroys);
  const makes = command === 'repositories' || command === 'apply';
  if (makes && found.get(DESTROYED)?.length) await store(build, DESTROYED, '');
}

export function applyNow(build: Build, root: Root, ...more: string[]): Promise<Run> {
  return apply(build, root, ['-auto-approve', ...variableFiles(root), ...more]);
}

/** This build keeps the state here: the next apply may leave another one in the root's folder. */
const erroredIn = ({ work }: Build, { errored }: Root) => join(work, errored);

async function saveErroredState(build: Build, root: Root): Promise<void> {
  const { controlBucket, runKey } = build.settings;
  const left = join(root.folder, 'errored.tfstate');
  if (!existsSync(left)) return;
  try {
    await copyFile(left, erroredIn(build, root));
    await rm(left);
    await store(build, root.errored, await readFile(erroredIn(build, root)));
  } catch {
    throw new BuildFailure(
      `the state could neither be written nor saved in s3://${controlBucket}: what was created is in no state, and its tags alone name it`,
    );
  }
  build.report.log(
    `the state could not be written; it was saved as s3://${controlBucket}/${runKey}/${root.errored}, and the next build pushes it`,
  );
}

/**
 * Applies a stored plan. Terraform itself refuses a plan of another state. It also refuses a plan that was applied in
 * part before something failed, and a build must be able to continue after a failure. So the rest of the plan is
 * planned anew, and applied if it does nothing that the stored plan did not.
 */
export async function applyPlan(build: Build, root: Root, name: string, more: readonly string[] = []): Promise<Run> {
  const run = await applyMadeFromState(build, root, name);
  if (complainsOf(run.events, STALE)) {
    build.report.log('the state has moved since that plan: planning what is left of it');
    return applyRest(build, root, name, more);
  }
  if (run.status !== 0) explain(build, run);
  if (build.settings.command === 'apply') await keepFirstLineage(build, root, name);
  return run;
}

const REST = 'rest.tfplan';

/** Plans anew, and applies the new plan if it is of the same state and does nothing that the stored plan did not. */
export async function applyRest(build: Build, root: Root, name: string, more: readonly string[]): Promise<Run> {
  await plan(build, root, REST, more).catch((error) => {
    throw error instanceof CommandFailure ? new BuildFailure('what is left could not be planned') : error;
  });
  await requireStateOf(build, root, name, await lineageOf(build, REST));
  await requireNoMore(build, root, name);
  if (build.settings.command === 'destroy') await requireNotHandedOver(build, REST);
  const run = await applyMadeFromState(build, root, REST);
  if (run.status !== 0) explain(build, run);
  return run;
}

/** A plan of another state is never planned anew: the new plan would be about resources of another owner. */
async function applyMadeFromState(build: Build, root: Root, name: string): Promise<Run> {
  const ephemeral = root.secrets?.ephemeral;
  const again = ephemeral ? [`-var-file=${ephemeral}`] : [];
  const run = await apply(build, root, [...again, fileOf(build, name)]);
  if (!complainsOf(run.events, OTHER_STATE)) return run;
  throw new BuildFailure(
    `${name} was made from another state than the one that is there, ${stateOf(root)}: nothing is applied to that. Put the right one back, its versions are in the bucket, or plan anew. ${reasonOf(run.events)}`,
  );
}

/** A destroy is tried again, and reports its reason at its end. */
function explain({ settings, report }: Build, run: Run): void {
  if (settings.command !== 'destroy') report.explain(reasonOf(run.events));
}

/**
 * All environments have the same addresses, so only the lineage distinguishes their states. A plan of no state is
 * checked against the state that its apply has created.
 * @throws BuildFailure
 */
export async function requireStateOf(build: Build, root: Root, name: string, present: string): Promise<void> {
  const planned = (await lineageOf(build, name)) || root.found.get(LINEAGE)?.toString() || '';
  if (present === planned) return;
  throw new BuildFailure(
    `the state ${stateOf(root)} has lineage ${present || '(none)'}, ${name} was made from ${planned || '(none)'}: somebody has replaced it, and nothing is applied to it. Put the right one back; its versions are in the bucket`,
  );
}

async function requireNoMore(build: Build, root: Root, name: string): Promise<void> {
  const planned = await show(build, root, name, 'the plan could not be read');
  const rest = await show(build, root, REST, 'the plan of what is left could not be read');
  const more = moreThan(planned, rest, build.settings.command === 'destroy');
  if (more.length > 0) throw new BuildFailure(`what is left would change more than was planned: ${more.join('; ')}`);
}

/**
 * A plan of no state is applied to no state, so the state that is there after it is its own. A build that continues
 * after this one failed recognises the state by the lineage that is kept here.
 */
async function keepFirstLineage(build: Build, root: Root, name: string): Promise<void> {
  if (await lineageOf(build, name)) return;
  let { lineage } = await presentState(build, root);
  const errored = erroredIn(build, root);
  if (!lineage && existsSync(errored)) lineage = parseState(await readFile(errored, 'utf8')).lineage;
  if (lineage) await keepLineage(build, lineage);
}
