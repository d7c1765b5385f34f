import { usersOf } from '../adapters/users.ts';
import { nameBlockers } from '../operations/name-blockers.ts';
import { lambda } from '../shared/middleware.ts';
import { type BlockersResult, blockersEvent } from '../shared/payloads.ts';

/** Asked by a destroy that waits or has failed: the build's role reads an environment's own resources and no others. */
export const handler = lambda(
  'name-blockers',
  blockersEvent,
  (event, { env }): Promise<BlockersResult> => nameBlockers(event, env.PROJECT, usersOf),
);
