import { usersOf } from '../aws/users.ts';
import { manifest } from '../contracts/functions/name-blockers.ts';
import { type BlockersResult, blockersEvent } from '../contracts/payloads.ts';
import { nameBlockers } from '../removal/name-blockers.ts';
import { lambda } from '../runtime/middleware.ts';

/** Asked by a destroy that waits or has failed: the build's role reads an environment's own resources and no others. */
export const handler = lambda(
  manifest,
  blockersEvent,
  (event, { env }): Promise<BlockersResult> => nameBlockers(event, env.PROJECT, usersOf),
);
