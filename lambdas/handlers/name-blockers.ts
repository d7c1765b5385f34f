import { usersOf } from '../aws/users.ts';
import { manifest } from '../contracts/functions/name-blockers.ts';
import { type BlockersResult, blockersEvent } from '../contracts/payloads/removal.ts';
import { nameBlockers } from '../removal/name-blockers.ts';
import { lambda } from '../runtime/middleware.ts';

/**
 * A destroy that waits or has failed invokes this function. The build's own role reads only the environment's
 * resources.
 */
export const handler = lambda(
  manifest,
  blockersEvent,
  (event, { env }): Promise<BlockersResult> => nameBlockers(event, env.PROJECT, usersOf),
);
