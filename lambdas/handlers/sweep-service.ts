import { readText } from '../adapters/objects.ts';
import { loadSweeper } from '../adapters/sweepers.ts';
import { taggedArns } from '../adapters/tagged-resources.ts';
import { belongs } from '../operations/belongs.ts';
import { sweepService } from '../operations/sweep-service.ts';
import { storedInventory } from '../operations/take-inventory.ts';
import { lambda } from '../shared/middleware.ts';
import { sweepServiceEvent } from '../shared/request.ts';

export const handler = lambda('sweep-service', sweepServiceEvent, (event, { env }) => {
  const { environment, names, keys } = event.request;
  return sweepService(event, {
    sweeper: loadSweeper,
    inventory: () => storedInventory(keys.inventory, (key) => readText(env.CONTROL_BUCKET, key)),
    tagged: (service) => taggedArns(service, { environment, project: env.PROJECT }),
    project: env.PROJECT,
    owns: (name) => belongs(names.prefix, name),
  });
});
