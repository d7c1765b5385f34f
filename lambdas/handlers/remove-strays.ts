import { callerAccount } from '../adapters/identity.ts';
import { readText, writeJson } from '../adapters/objects.ts';
import { ownership } from '../adapters/ownership.ts';
import { loadKind } from '../adapters/removers.ts';
import { sweepPorts } from '../adapters/sweep-ports.ts';
import { loadRemovableSweeper } from '../adapters/sweepers.ts';
import { readTags } from '../adapters/tags.ts';
import { usersOf } from '../adapters/users.ts';
import { knownToState } from '../operations/known-to-state.ts';
import { whileOwner } from '../operations/ownership.ts';
import { parseReport, removeStrays, type StrayPorts } from '../operations/remove-strays.ts';
import { sweepService } from '../operations/sweep-service.ts';
import { lambda } from '../shared/middleware.ts';
import { removeStraysEvent } from '../shared/payloads.ts';
import { SWEEP_SERVICES } from '../shared/sweep-request.ts';

/** Cloud Control is asked for what only a person may remove. */
const REMOVABLE = SWEEP_SERVICES.filter((service) => service !== 'cloudcontrol');

export const handler = lambda('remove-strays', removeStraysEvent, (event, invocation) => {
  const { env, remainingMs } = invocation;
  const { request } = event;
  const { names, keys } = request;
  const ports = (confirm: () => Promise<void>): StrayPorts => ({
    project: env.PROJECT,
    confirm,
    sweep: async () => {
      // Each pass reads the tags and the records anew, and once for all services.
      const ports = sweepPorts(request, env, loadRemovableSweeper);
      const swept = REMOVABLE.map((service) => sweepService({ request, service, pass: 1 }, ports));
      return (await Promise.all(swept)).flatMap(({ findings }) => findings);
    },
    known: async () => knownToState(await readText(names.stateBucket, names.stateKey), loadRemovableSweeper),
    kind: loadKind,
    tags: (stray, scope) => readTags(stray.service, stray, scope),
    account: callerAccount,
    // Loaded when it is asked for, as is all that has the EC2 client.
    resourceTags: async (id) => (await import('../adapters/ec2-tags.ts')).resourceTags(id),
    users: usersOf,
    references: async (groups) => (await import('../adapters/users/ec2.ts')).references(groups),
    revoke: async (rule) => (await import('../adapters/group-rules.ts')).revoke(rule),
    readReport: async () => parseReport(await readText(env.CONTROL_BUCKET, keys.strays)),
    writeReport: (report) => writeJson(env.CONTROL_BUCKET, keys.strays, report),
    region: process.env.AWS_REGION ?? '',
    allowedAccounts: env.ALLOWED_ACCOUNTS,
    allowedRegions: env.ALLOWED_REGIONS,
    maxDeletions: env.MAX_DELETIONS,
    remainingMs,
    now: Date.now,
  });
  return whileOwner(event, invocation, ownership(env.ENVIRONMENTS_TABLE), (confirm) =>
    removeStrays(event, ports(confirm)),
  );
});
