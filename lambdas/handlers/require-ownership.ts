import { ownership } from '../adapters/ownership.ts';
import { requireOwnership } from '../operations/ownership.ts';
import { lambda } from '../shared/middleware.ts';
import { buildEntry } from '../shared/ownership.ts';
import { type OwnershipResult, ownershipEvent } from '../shared/payloads.ts';

/** Asked by builds, right before they change anything: their scripts cannot do so by themselves. */
export const handler = lambda('require-ownership', ownershipEvent, async (event, { env }): Promise<OwnershipResult> => {
  const { build, command, ...claimed } = event;
  const work = { ...claimed, changes: command !== 'destroy-plan', entry: buildEntry(build, Date.now()) };
  await requireOwnership(work, ownership(env.ENVIRONMENTS_TABLE));
  return { owned: true };
});
