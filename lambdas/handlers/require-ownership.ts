import { ownership } from '../aws/ownership.ts';
import { manifest } from '../contracts/functions/require-ownership.ts';
import { buildEntry } from '../contracts/ownership.ts';
import { type OwnershipResult, ownershipEvent } from '../contracts/payloads/ownership.ts';
import { requireOwnership } from '../environment/ownership.ts';
import { lambda } from '../runtime/middleware.ts';

/**
 * Builds invoke this function right before they change anything, since their scripts cannot check the ownership by
 * themselves.
 */
export const handler = lambda(manifest, ownershipEvent, async (event, { env }): Promise<OwnershipResult> => {
  const { build, command, ...claimed } = event;
  const work = { ...claimed, changes: command !== 'destroy-plan', entry: buildEntry(build, Date.now()) };
  await requireOwnership(work, ownership(env.ENVIRONMENTS_TABLE));
  return { owned: true };
});
