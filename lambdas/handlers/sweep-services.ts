import { writeJson } from '../adapters/objects.ts';
import { sweepPorts } from '../adapters/sweep-ports.ts';
import { loadSweeper } from '../adapters/sweepers.ts';
import { sweepServices } from '../operations/sweep-services.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { sweepServicesEvent } from '../shared/sweep-request.ts';

export const handler = lambda('sweep-services', sweepServicesEvent, (event, { env, remainingMs }) =>
  sweepServices(event, {
    ...sweepPorts(event.request, env, loadSweeper, env.ALLOWED_REGIONS),
    keep: (key, entries) => writeJson(env.CONTROL_BUCKET, key, entries),
    clock: systemClock,
    remainingMs,
  }),
);
