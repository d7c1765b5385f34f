import { ownership } from '../adapters/ownership.ts';
import { strayPorts } from '../adapters/stray-ports.ts';
import { whileOwner } from '../operations/ownership.ts';
import { removeStrays } from '../operations/remove-strays.ts';
import { lambda } from '../shared/middleware.ts';
import { removeStraysEvent } from '../shared/payloads.ts';

export const handler = lambda('remove-strays', removeStraysEvent, (event, invocation) => {
  const { env, remainingMs } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), (confirm) =>
    removeStrays(event, strayPorts(event.request, env, { confirm, remainingMs })),
  );
});
