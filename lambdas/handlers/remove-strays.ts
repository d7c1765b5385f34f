import { ownership } from '../aws/ownership.ts';
import { strayPorts } from '../aws/stray-ports.ts';
import { removeStraysEvent } from '../contracts/payloads.ts';
import { whileOwner } from '../environment/ownership.ts';
import { removeStrays } from '../removal/remove-strays.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda('remove-strays', removeStraysEvent, (event, invocation) => {
  const { env, remainingMs } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), (confirm) =>
    removeStrays(event, strayPorts(event.request, env, { confirm, remainingMs })),
  );
});
