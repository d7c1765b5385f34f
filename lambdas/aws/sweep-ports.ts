import type { PreflightRequest } from '../contracts/request.ts';
import type { RemovalScope } from '../removal/unmanaged-rules.ts';
import { once } from '../runtime/once.ts';
import { claimsOf } from '../sweep/name-claims.ts';
import { isOwnedName } from '../sweep/owned-names.ts';
import type { SweepPorts } from '../sweep/sweep-service.ts';
import { storedInventory } from '../sweep/take-inventory.ts';
import { readText } from './objects.ts';
import { partitionOf } from './sweepers/support.ts';
import { taggedArns } from './tagged-resources.ts';
import { readTags } from './tags.ts';

export interface SweepEnvironment {
  CONTROL_BUCKET: string;
  ENVIRONMENTS_TABLE: string;
  NAME_PATTERN: string;
  PROJECT: string;
}

export function removalScope({ execution, region, accountId }: PreflightRequest): RemovalScope {
  return { partition: partitionOf({ execution }), region, accountId };
}

/**
 * Returns the ports that every sweep needs. The records and the inventory are read once, and the records only if a
 * resource was found by name alone.
 * @param elsewhere other regions whose tags are read
 */
export function sweepPorts(
  request: PreflightRequest,
  env: SweepEnvironment,
  sweeper: SweepPorts['sweeper'],
  elsewhere: readonly string[] = [],
): SweepPorts {
  const { environment, names, keys } = request;
  const { prefix } = names;
  const scope = removalScope(request);
  return {
    sweeper,
    inventory: once(() => storedInventory(keys.inventory, (key) => readText(env.CONTROL_BUCKET, key))),
    ...taggedArns({ environment, project: env.PROJECT }, request.region, elsewhere),
    tags: (service, one) => readTags(service, one, scope),
    claims: once(async () => {
      // The module is loaded on demand, because most sweeps find nothing by name.
      const { listRecords } = await import('./record-list.ts');
      return claimsOf(env.NAME_PATTERN, { environment, prefix }, await listRecords(env.ENVIRONMENTS_TABLE));
    }),
    project: env.PROJECT,
    owns: (name) => isOwnedName(prefix, name),
  };
}
