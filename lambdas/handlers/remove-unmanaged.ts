import { ownership } from '../aws/ownership.ts';
import { unmanagedPorts } from '../aws/unmanaged-ports.ts';
import { manifest } from '../contracts/functions/remove-unmanaged.ts';
import { removeUnmanagedEvent } from '../contracts/payloads/removal.ts';
import { whileOwner } from '../environment/ownership.ts';
import { removeUnmanaged } from '../removal/remove-unmanaged.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, removeUnmanagedEvent, (event, invocation) => {
  const { env, remainingMs } = invocation;
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), (confirm) =>
    removeUnmanaged(event, unmanagedPorts(event.request, env, { confirm, remainingMs })),
  );
});
