import { readText, writeJson } from '../adapters/objects.ts';
import { loadSweeper } from '../adapters/sweepers.ts';
import { taggedArns } from '../adapters/tagged-resources.ts';
import { belongs } from '../operations/belongs.ts';
import { sweepServices } from '../operations/sweep-services.ts';
import { storedInventory } from '../operations/take-inventory.ts';
import { systemClock } from '../shared/clock.ts';
import { lambda } from '../shared/middleware.ts';
import { once } from '../shared/once.ts';
import { sweepServicesEvent } from '../shared/sweep-request.ts';

export const handler = lambda('sweep-services', sweepServicesEvent, (event, { env, remainingMs }) => {
  const { environment, names, keys } = event.request;
  return sweepServices(event, {
    sweeper: loadSweeper,
    inventory: once(() => storedInventory(keys.inventory, (key) => readText(env.CONTROL_BUCKET, key))),
    tagged: taggedArns({ environment, project: env.PROJECT }, event.request.region, env.ALLOWED_REGIONS),
    project: env.PROJECT,
    owns: (name) => belongs(names.prefix, name),
    keep: (key, entries) => writeJson(env.CONTROL_BUCKET, key, entries),
    clock: systemClock,
    remainingMs,
  });
});
