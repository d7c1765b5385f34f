import { writeJson } from '../aws/objects.ts';
import { sweepPorts } from '../aws/sweep-ports.ts';
import { loadSweeper } from '../aws/sweepers.ts';
import { manifest } from '../contracts/functions/sweep-services.ts';
import { sweepServicesEvent } from '../contracts/sweep-request.ts';
import { systemClock } from '../runtime/clock.ts';
import { lambda } from '../runtime/middleware.ts';
import { sweepServices } from '../sweep/sweep-services.ts';

export const handler = lambda(manifest, sweepServicesEvent, (event, { env, remainingMs }) => {
  const { request } = event;
  const ports = sweepPorts(request, env, loadSweeper, env.ALLOWED_REGIONS);
  return sweepServices(event, {
    ...ports,
    // The modules are loaded only when they are needed, which is in delayed sweeps.
    provenance: async (pass, timeout) => {
      const { sweepProvenance } = await import('../provenance/provenance.ts');
      const { trailOf } = await import('../aws/trail.ts');
      const { buildsOfRun } = await import('../aws/builds.ts');
      return sweepProvenance(
        { request, pass },
        {
          ...ports,
          timeout,
          builds: (run, since) => buildsOfRun(env.BUILD_PROJECTS, run, since),
          events: trailOf(request.region, env.ALLOWED_REGIONS),
        },
      );
    },
    keep: (key, entries) => writeJson(env.CONTROL_BUCKET, key, entries),
    clock: systemClock,
    remainingMs,
  });
});
