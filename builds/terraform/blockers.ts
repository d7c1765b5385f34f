import * as z from 'zod';
import { invoke } from '../aws/functions.ts';
import type { Build } from './build.ts';
import { type Deletion, errorsIn, failedDeletions, type Names, type TerraformEvent, waitedFor } from './events.ts';

/**
 * Who uses what AWS refuses to delete: a function that reads the account is asked for that, as this build's role knows an
 * environment's own resources and no others. Nothing depends on an answer.
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
  /** Who uses what could not be deleted; empty when nobody is known to. */
  why: string;
  waitingHelps: boolean;
}

/** @param names identifiers of databases, by address */
export async function nameBlockers(build: Build, events: readonly TerraformEvent[], names: Names): Promise<InTheWay> {
  const found = await blockersOf(build, failedDeletions(events, names));
  return { why: sentences(found), waitingHelps: waitingHelps(found, events, names) };
}

/** Whether any of what failed can pass. What nobody is known to use may pass, as far as anybody knows. */
export function waitingHelps(
  found: readonly Pick<Blocker, 'kind'>[],
  events: readonly TerraformEvent[],
  names?: Names,
): boolean {
  const failed = new Set(errorsIn(events, names).map(({ address = 'none' }) => address)).size;
  return failed === 0 || found.length !== failed || found.some(({ kind }) => kind === 'passes');
}

/** After so many seconds of waiting for one resource, the log says who uses it. */
const LONG_WAIT = 180;

/** Says once of each resource that is waited for, while it is waited for, who uses it. @returns what ends that */
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
