import * as z from 'zod';
import { invoke } from '../aws/functions.ts';
import type { Build } from './build.ts';
import { type Deletion, errorsIn, failedDeletions, type Names, type TerraformEvent, waitedFor } from './events.ts';

/**
 * A blocker is what uses a resource that AWS refuses to delete. A function that reads the account is asked for the
 * blockers, as this build's role may read an environment's own resources and no others. Nothing depends on an answer.
 */

const answer = z.object({
  blockers: z.array(z.object({ address: z.string(), id: z.string(), kind: z.string(), why: z.string() })),
});
export type Blocker = z.infer<typeof answer>['blockers'][number];

async function blockersOf({ settings }: Build, resources: readonly Deletion[]): Promise<Blocker[]> {
  const { blockersFunction, environment, prefix } = settings;
  if (!blockersFunction || resources.length === 0) return [];
  const said = await invoke(blockersFunction, { environment, prefix, resources }).catch(() => undefined);
  return answer.safeParse(said).data?.blockers ?? [];
}

const sentences = (blockers: readonly Blocker[]) =>
  blockers.map(({ address, id, why }) => `${address} (${id}): ${why}`).join('; ');

export interface InTheWay {
  /** Returns the users of what could not be deleted; the result is empty when none is known. */
  why: string;
  waitingHelps: boolean;
}

/** @param names identifiers of databases, by address */
export async function nameBlockers(build: Build, events: readonly TerraformEvent[], names: Names): Promise<InTheWay> {
  const found = await blockersOf(build, failedDeletions(events, names));
  return { why: sentences(found), waitingHelps: waitingHelps(found, events, names) };
}

/** Returns whether any of the failures can pass. A failure that has no known blocker may pass. */
export function waitingHelps(
  found: readonly Pick<Blocker, 'kind'>[],
  events: readonly TerraformEvent[],
  names?: Names,
): boolean {
  const failed = new Set(errorsIn(events, names).map(({ address = 'none' }) => address)).size;
  return failed === 0 || found.length !== failed || found.some(({ kind }) => kind === 'passes');
}

/** After this number of seconds of waiting for one resource, the log has the users of it. */
const LONG_WAIT = 180;

/** Logs, once for each resource whose deletion takes long, who uses it. @returns a function that ends the watch */
export function watchWaits(build: Build): () => void {
  const { settings, terraform, report } = build;
  const asked = new Set<string>();
  let watching = true;
  const look = async () => {
    const fresh = waitedFor(terraform.events, LONG_WAIT).filter((one) => !asked.has(`${one.address} ${one.id}`));
    for (const one of fresh) asked.add(`${one.address} ${one.id}`);
    const said = sentences(await blockersOf(build, fresh));
    if (said && watching) report.log(`not deleted in ${LONG_WAIT / 60} minutes: ${said}`);
    if (watching) timer = setTimeout(look, settings.watchPause * 1000);
  };
  let timer = setTimeout(look, settings.watchPause * 1000);
  return () => {
    watching = false;
    clearTimeout(timer);
  };
}
