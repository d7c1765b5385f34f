import { hostname, userInfo } from 'node:os';
import * as z from 'zod';
import { deleteObject, getObject, listKeys } from '../aws/objects.ts';
import { BuildFailure } from '../report.ts';
import { type Build, type Root, stateOf } from './build.ts';
import { store } from './run-files.ts';

/** The file finds the locks on a state, and their owners. */

export const LOCK_REFUSED = 'Error acquiring the state lock';

const lockSchema = z.object({ ID: z.string(), Who: z.string(), Created: z.string(), Operation: z.string() });
export type Lock = z.infer<typeof lockSchema>;
const builderSchema = z.object({ build: z.string(), who: z.string(), at: z.string() });
export type Builder = z.infer<typeof builderSchema>;

/** A lock names the machine on which it was taken; this file names the build that had the machine. */
export async function rememberBuilder(build: Build): Promise<void> {
  const { build: id, command } = build.settings;
  // Terraform writes the same form into a lock.
  const who = `${userInfo().username}@${hostname()}`;
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await store(build, `builders/${id.replaceAll(':', '-')}.json`, JSON.stringify({ build: id, who, command, at }));
}

/**
 * Returns the build that was the last to start on the lock's machine before the lock was taken. Times are compared to
 * the second.
 */
export function builderOf(
  builders: readonly Builder[],
  { Who, Created }: Pick<Lock, 'Who' | 'Created'>,
): Builder | undefined {
  return builders
    .filter(({ who, at }) => who === Who && at.slice(0, 19) <= Created.slice(0, 19))
    .reduce<Builder | undefined>((last, one) => (last && last.at > one.at ? last : one), undefined);
}

/** CodeBuild gives these statuses to builds that are over. A build with any other status may still run. */
const OVER = ['SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'];

/**
 * Releases the lock that is held, if it is proven that its holder does not run any more: the lock was taken on the
 * machine of a build of this run, while that build ran, and CodeBuild reports that the build is over.
 * @throws BuildFailure when that is not proven
 */
export async function releaseDeadLock(build: Build, root: Root): Promise<void> {
  const { settings, report } = build;
  const held = await heldLock(root);
  if (!held) return;
  const { ID: id, Who: who, Created: created, Operation: operation } = held.lock;
  const whose = `the state ${stateOf(root)} is locked by ${who} since ${created} (${operation}, lock ${id})`;
  const table = root.table ? `, dynamodb_table=${root.table}` : '';
  const unlock = `if nobody works on it any more: in the root's folder, terraform init with -backend-config bucket=${root.bucket}, key=${root.key}${table} and use_lockfile=true, then terraform force-unlock ${id}`;
  const builder = builderOf(await buildersOf(build), held.lock);
  if (!builder)
    throw new BuildFailure(
      `${whose}; no build of ${settings.run} took it there and then, so it is not released. Ask them; ${unlock}`,
    );
  let end = 'ended before this command';
  if (builder.build !== settings.build) {
    const { buildStatus } = await import('../aws/builds.ts');
    const { status, ended } = await buildStatus(builder.build).catch(() => {
      throw new BuildFailure(`${whose}; CodeBuild does not tell of ${builder.build}`);
    });
    if (!OVER.includes(status ?? ''))
      throw new BuildFailure(
        `${whose}; it is that of build ${builder.build}, which is ${status ?? 'unknown'}: it is not released; ${unlock}`,
      );
    end = `${status}${ended ? ` at ${ended.toISOString()}` : ''}`;
  }
  await dropLock(root, id, held.inBucket);
  report.log(
    `released lock ${id} (${operation}) of ${who} since ${created}: it was that of build ${builder.build}, ${end}`,
  );
  report.exportValue('RELEASED_LOCK', `${id} of ${builder.build}`);
}

/** Both places hold the same lock, but a build may have been killed between them. */
async function heldLock(root: Root): Promise<{ lock: Lock; inBucket: boolean } | undefined> {
  let inBucket: Buffer | undefined;
  let text: string | undefined;
  try {
    inBucket = await getObject(root.bucket, `${root.key}.tflock`);
    text = inBucket?.toString();
    if (!text && root.table) {
      const { lockIn } = await import('../aws/lock-table.ts');
      text = await lockIn(root.table, `${root.bucket}/${root.key}`);
    }
  } catch {
    throw new BuildFailure('the lock on the state could not be read');
  }
  if (!text) return undefined;
  try {
    return { lock: lockSchema.parse(JSON.parse(text)), inBucket: Boolean(inBucket?.length) };
  } catch {
    throw new BuildFailure(`the lock is no lock of Terraform’s: ${text}`);
  }
}

async function buildersOf({ settings }: Build): Promise<Builder[]> {
  const { controlBucket, runKey } = settings;
  try {
    const keys = await listKeys(controlBucket, `${runKey}/builders/`);
    const files = await Promise.all(keys.map((key) => getObject(controlBucket, key)));
    return files.map((file) => builderSchema.parse(JSON.parse(file?.toString() ?? '')));
  } catch {
    throw new BuildFailure('the builds of this run could not be read');
  }
}

/** Deletes this lock, and no other, in both places. */
async function dropLock(root: Root, id: string, inBucket: boolean): Promise<void> {
  if (inBucket) {
    await deleteObject(root.bucket, `${root.key}.tflock`).catch(() => {
      throw new BuildFailure(`lock ${id} could not be released`);
    });
  }
  if (!root.table) return;
  const { deleteLock } = await import('../aws/lock-table.ts');
  await deleteLock(root.table, `${root.bucket}/${root.key}`, id).catch(() => {
    throw new BuildFailure(`lock ${id} could not be released in ${root.table}`);
  });
}
