import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteObject } from '../aws/objects.ts';
import { requireOwnership } from '../ownership.ts';
import { BuildFailure, Refusal } from '../report.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { says } from './events.ts';
import { LOCK_REFUSED, releaseDeadLock, rememberBuilder } from './locks.ts';
import type { Output, Run } from './process.ts';
import { APPLIED_VARIABLES, DESTROYED, INPUTS, LINEAGE, ownKey, read, SERIAL, store } from './run-files.ts';
import { mayPush, parseState, type State } from './state.ts';

/**
 * The file recovers what a build that was killed has left behind: a state that it could not write, a state whose
 * checksum it could not write, a lock.
 */

const CHECKSUM_MISMATCH = 'state data in S3 does not have the expected content';
/** Builds of an environment never run at once: a lock is held by a person, or by a build that was killed. */
export const LOCK_TIMEOUT = '20s';

/** A command reads these files from this owner's own folder in the run's. */
export interface Wanted {
  own: readonly string[];
  /** This file of them has the variables that everything has from now on. */
  nowApplied?: string;
}

/** The root's own variables are still to be written. */
type Found = Omit<Root, 'variables' | 'secrets'>;
type Unfound = Omit<Root, 'found' | 'variables' | 'secrets'>;

/**
 * Runs `terraform init`, which changes nothing, beside the queries to AWS, and pushes the state that an earlier build
 * could not write.
 */
export async function recover(
  build: Build,
  root: Unfound,
  wanted: Wanted,
  init: () => Promise<Output>,
): Promise<Found> {
  const { settings, report } = build;
  const asked = async () => {
    // The search may store the variables that apply from now on, so the record is asked for the owner first.
    await requireOwnership(settings, settings.environment, settings.command);
    return findInRun(build, root, wanted);
  };
  const [builder, found, initialised] = await Promise.allSettled([rememberBuilder(build), asked(), init()]);
  if (found.status === 'rejected' && found.reason instanceof Refusal) throw found.reason;
  if (initialised.status === 'rejected') throw initialised.reason;
  let { status, text } = initialised.value;
  if (
    status !== 0 &&
    text
      .replaceAll('│', '')
      .replaceAll(/[ \n]+/g, ' ')
      .includes(CHECKSUM_MISMATCH)
  ) {
    await forgetChecksum(build, root);
    ({ status, text } = await init());
  }
  if (text.trim()) report.say(text.trimEnd());
  if (status !== 0) throw new BuildFailure(`terraform init ended with ${status}${errorIn(text)}`);
  if (builder.status === 'rejected')
    throw new BuildFailure(
      'this build could not be noted in the control bucket: its locks could not be told from a person’s',
    );
  if (found.status === 'rejected')
    throw new BuildFailure(
      'the control bucket could not be searched for a state that an earlier build failed to write, or what is applied could not be kept there',
    );
  const ready = { ...root, found: found.value };
  await pushErroredState(build, ready);
  return ready;
}

/** Characters of an error of Terraform that a cause has. */
const LONGEST_ERROR = 600;

/** The first error, in one line: lines are wrapped, and stand beside a bar where Terraform draws one. */
export function errorIn(text: string): string {
  const [, error] = /(?:^|\s)Error: ([\s\S]*?)(?=\sError: |$)/.exec(text.replaceAll(/[│╷╵]/g, ' ')) ?? [];
  return error ? `: ${error.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_ERROR)}` : '';
}

/** Reads the files of the run that a command needs. */
export async function findInRun(
  build: Build,
  root: Unfound,
  { own, nowApplied }: Wanted,
): Promise<Map<string, Buffer>> {
  const mine = [...own, ...(build.settings.hasInputs ? [INPUTS] : [])].map((name) => ownKey(build, name));
  const names = [root.errored, LINEAGE, DESTROYED, SERIAL, APPLIED_VARIABLES, ...mine];
  const files = await Promise.all(names.map(async (name) => [name, await read(build, name)] as const));
  const found = new Map(files.flatMap(([name, content]) => (content ? [[name, content] as const] : [])));
  const applied = nowApplied && found.get(ownKey(build, nowApplied));
  // A command that lacks one of the files reports that, and applies nothing.
  if (applied && own.every((name) => found.has(ownKey(build, name)))) await store(build, APPLIED_VARIABLES, applied);
  return found;
}

/**
 * The state is written before its checksum. S3 has been strongly consistent for years, so a checksum that differs is
 * that of the state before, and the lineage of the state is checked elsewhere.
 */
async function forgetChecksum({ report }: Build, root: Unfound): Promise<void> {
  const { table } = root;
  if (!table) throw new BuildFailure(`the state ${stateOf(root)} has a checksum, and no table that it could be in`);
  const { deleteChecksum } = await import('../aws/lock-table.ts');
  await deleteChecksum(table, `${root.bucket}/${root.key}`).catch(() => {
    throw new BuildFailure(`the stale checksum of ${stateOf(root)} could not be removed from ${table}`);
  });
  report.log(`a build was killed between the state ${stateOf(root)} and its checksum: the old checksum is removed`);
}

/**
 * Pushes the state that an earlier build could not write, if it follows the one that is there, and moves it to the
 * filed ones.
 */
async function pushErroredState(build: Build, root: Found): Promise<void> {
  const { settings, report, terraform, work } = build;
  const { errored: name } = root;
  const content = root.found.get(name);
  if (!content) return;
  const where = `s3://${settings.controlBucket}/${settings.runKey}/${name}`;
  const errored = erroredState(content.toString());
  if (!errored) throw new BuildFailure(`${where} is no Terraform state`);
  const decision = mayPush(errored, await presentState(build, root));
  if (!decision.push)
    throw new BuildFailure(`${name} of ${settings.run} ${decision.why}. Look at both, then remove ${where}`);
  const file = join(work, `found-${name}`);
  await writeFile(file, content);
  const push = () => terraform.capture(root.folder, ['state', 'push', `-lock-timeout=${LOCK_TIMEOUT}`, file], 'output');
  const { status, text } = await push();
  if (status !== 0) {
    if (!text.includes(LOCK_REFUSED)) throw new BuildFailure(`${name} could not be pushed: ${text}`);
    await releaseDeadLock(build, root);
    const again = await push();
    if (again.status !== 0) throw new BuildFailure(`${name} could not be pushed: ${again.text}`);
  }
  try {
    await store(build, `pushed/${errored.serial}-${name}`, content);
    await deleteObject(settings.controlBucket, `${settings.runKey}/${name}`);
  } catch {
    throw new BuildFailure(`${name} was pushed, but could not be filed away`);
  }
  report.log(`the state that an earlier build could not write, serial ${errored.serial}, is pushed`);
}

/** A state has a serial number. */
function erroredState(text: string): State | undefined {
  try {
    const content = JSON.parse(text) as { serial?: unknown };
    return typeof content.serial === 'number' ? parseState(text) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws BuildFailure when the state cannot be read: a read that failed is not an absent state */
export async function presentState({ terraform }: Build, root: Pick<Root, 'folder'>): Promise<State> {
  const { status, text } = await terraform.capture(root.folder, ['state', 'pull']);
  try {
    if (status === 0) return parseState(text);
  } catch {
    // The failure is thrown below.
  }
  throw new BuildFailure('the present state could not be read');
}

/** Runs Terraform, and once more when a dead build's lock was in the way. */
export async function runOrRelease(build: Build, root: Root, args: readonly string[]): Promise<Run> {
  const run = await build.terraform.run(root.folder, args);
  if (run.status !== 1 || build.signals.stopped || !says(run.events, LOCK_REFUSED)) return run;
  await releaseDeadLock(build, root);
  return build.terraform.run(root.folder, args);
}
