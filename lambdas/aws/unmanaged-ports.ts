import type { HandlerEnvironment } from '../contracts/functions.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { SWEEP_SERVICES } from '../contracts/sweep-request.ts';
import type { UnmanagedPorts } from '../removal/removal-ports.ts';
import { holdsUpDestroy } from '../removal/state-groups.ts';
import { parseReport } from '../removal/unmanaged-report.ts';
import { managedResources } from '../sweep/managed-resources.ts';
import { sweepService } from '../sweep/sweep-service.ts';
import { storedInventory } from '../sweep/take-inventory.ts';
import { callerAccount } from './identity.ts';
import { readText, writeJson } from './objects.ts';
import { loadKind } from './removers.ts';
import { sweepPorts } from './sweep-ports.ts';
import { loadRemovableSweeper } from './sweepers.ts';
import { readTags } from './tags.ts';
import { usersOf } from './users.ts';

/** Cloud Control finds resources that only a person may remove. */
const REMOVABLE = SWEEP_SERVICES.filter((service) => service !== 'cloudcontrol');

/**
 * Returns the ports that the removal of unmanaged resources needs.
 * @param services the services that are swept
 */
export function unmanagedPorts(
  request: PreflightRequest,
  env: HandlerEnvironment<'remove-unmanaged'>,
  { confirm, remainingMs }: Pick<UnmanagedPorts, 'confirm' | 'remainingMs'>,
  services: readonly (typeof REMOVABLE)[number][] = REMOVABLE,
  sweeper = loadRemovableSweeper,
): UnmanagedPorts {
  const { names, keys } = request;
  return {
    project: env.PROJECT,
    confirm,
    sweep: async () => {
      // Each pass reads the tags and the records again, once for all services.
      const ports = sweepPorts(request, env, sweeper);
      const swept = services.map((service) => sweepService({ request, service, pass: 1 }, ports));
      return (await Promise.all(swept)).flatMap(({ findings }) => findings);
    },
    known: async () =>
      managedResources(await readText(names.stateBucket, names.stateKey), (service) =>
        // Cloud Control API finds these resources, so only a person may remove them.
        service === 'cloudcontrol' ? undefined : loadRemovableSweeper(service),
      ),
    inventory: () => storedInventory(keys.inventory, (key) => readText(env.CONTROL_BUCKET, key)),
    kind: loadKind,
    tags: (resource, scope) => readTags(resource.service, resource, scope),
    account: callerAccount,
    // The module is loaded on demand, as are all modules with the EC2 client.
    resourceTags: async (id) => (await import('./ec2-tags.ts')).resourceTags(id),
    users: usersOf,
    references: async (groups) => (await import('./users/ec2.ts')).references(groups),
    ownRules: async (groups) => (await import('./own-rules.ts')).ownRules(groups),
    holdsUp: async () => holdsUpDestroy(await readText(names.stateBucket, names.stateKey)),
    revoke: async (rule) => (await import('./group-rules.ts')).revoke(rule),
    readReport: async () => parseReport(await readText(env.CONTROL_BUCKET, keys.unmanaged)),
    writeReport: (report) => writeJson(env.CONTROL_BUCKET, keys.unmanaged, report),
    region: process.env.AWS_REGION ?? '',
    allowedAccounts: env.ALLOWED_ACCOUNTS,
    allowedRegions: env.ALLOWED_REGIONS,
    maxDeletions: env.MAX_DELETIONS,
    remainingMs,
    now: Date.now,
  };
}
