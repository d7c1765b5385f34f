import { writeJson } from '../adapters/objects.ts';
import { sweepPorts } from '../adapters/sweep-ports.ts';
import { loadSweeper } from '../adapters/sweepers.ts';
import { sweepServices } from '../operations/sweep-services.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { sweepServicesEvent } from '../shared/sweep-request.ts';

export const handler = lambda('sweep-services', sweepServicesEvent, (event, { env, remainingMs }) => {
  const { request } = event;
  const ports = sweepPorts(request, env, loadSweeper, env.ALLOWED_REGIONS);
  return sweepServices(event, {
    ...ports,
    // Loaded when it is asked for: only delayed sweeps do.
    provenance: async (pass, timeout) => {
      const { sweepProvenance } = await import('../operations/provenance.ts');
      const { trailOf } = await import('../adapters/trail.ts');
      const { buildsOfRun } = await import('../adapters/builds.ts');
      const projects = [env.TERRAFORM_PROJECT, env.IMAGES_PROJECT];
      return sweepProvenance(
        { request, pass },
        {
          ...ports,
          timeout,
          builds: (run, since) => buildsOfRun(projects, run, since),
          events: trailOf(request.region, env.ALLOWED_REGIONS),
        },
      );
    },
    keep: (key, entries) => writeJson(env.CONTROL_BUCKET, key, entries),
    clock: systemClock,
    remainingMs,
  });
});
