import { callerAccount } from '../adapters/identity.ts';
import { readText, writeJson } from '../adapters/objects.ts';
import { loadKind } from '../adapters/removers.ts';
import { loadSweeper } from '../adapters/sweepers.ts';
import { taggedArns } from '../adapters/tagged-resources.ts';
import { belongs } from '../operations/belongs.ts';
import { knownToState } from '../operations/known-to-state.ts';
import { parseReport, removeStrays } from '../operations/remove-strays.ts';
import { type SweepPorts, sweepService } from '../operations/sweep-service.ts';
import { storedInventory } from '../operations/take-inventory.ts';
import { lambda } from '../shared/middleware.ts';
import { once } from '../shared/once.ts';
import { removeStraysEvent } from '../shared/payloads.ts';
import { SWEEP_SERVICES } from '../shared/sweep-request.ts';

/** Cloud Control is asked for what only a person may remove. */
const REMOVABLE = SWEEP_SERVICES.filter((service) => service !== 'cloudcontrol');

export const handler = lambda('remove-strays', removeStraysEvent, (event, { env, remainingMs }) => {
  const { request } = event;
  const { environment, names, keys } = request;
  const own = { project: env.PROJECT, owns: (name: string) => belongs(names.prefix, name) };
  const inventory = once(() => storedInventory(keys.inventory, (key) => readText(env.CONTROL_BUCKET, key)));
  return removeStrays(event, {
    ...own,
    sweep: async () => {
      // Each pass reads the tags anew, and once for all services.
      const tagged = taggedArns({ environment, project: env.PROJECT }, request.region);
      const sweeps: SweepPorts = { ...own, sweeper: loadSweeper, inventory, tagged };
      const swept = REMOVABLE.map((service) => sweepService({ request, service, pass: 1 }, sweeps));
      return (await Promise.all(swept)).flatMap(({ findings }) => findings);
    },
    known: async () => knownToState(await readText(names.stateBucket, names.stateKey), loadSweeper),
    kind: loadKind,
    account: callerAccount,
    // Loaded when it is asked for, as is all that has the EC2 client.
    resourceTags: async (id) => (await import('../adapters/ec2-tags.ts')).resourceTags(id),
    readReport: async () => parseReport(await readText(env.CONTROL_BUCKET, keys.strays)),
    writeReport: (report) => writeJson(env.CONTROL_BUCKET, keys.strays, report),
    region: process.env.AWS_REGION ?? '',
    allowedAccounts: env.ALLOWED_ACCOUNTS,
    allowedRegions: env.ALLOWED_REGIONS,
    maxDeletions: env.MAX_DELETIONS,
    remainingMs,
    now: Date.now,
  });
});
