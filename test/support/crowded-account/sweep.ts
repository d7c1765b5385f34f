import { removalScope } from '../../../lambdas/aws/sweep-ports.ts';
import { loadSweeper } from '../../../lambdas/aws/sweepers.ts';
import { taggedArns } from '../../../lambdas/aws/tagged-resources.ts';
import { readTags } from '../../../lambdas/aws/tags.ts';
import { SWEEP_FAMILIES, type SweepEntry } from '../../../lambdas/contracts/sweep-request.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { isOwnedName } from '../../../lambdas/sweep/owned-names.ts';
import { sweepServices } from '../../../lambdas/sweep/sweep-services.ts';
import { aRequest, NO_NEIGHBOURS, PREFIX } from '../../unit/lambdas/support/fixtures.ts';

/**
 * The program is one pass over everything, in a process of its own, against AWS_ENDPOINT_URL; it prints what was found
 * and how much memory that took. LIMIT_MS is the time that each service may take; FAMILY is the family that is swept,
 * and the default is all of them.
 */
const entries: SweepEntry[] = [];
const request = aRequest({ machine: 'sweep' });
const limitMs = Number(process.env.LIMIT_MS ?? 240_000);
await Promise.all(
  SWEEP_FAMILIES.filter((_, family) => Number(process.env.FAMILY ?? family) === family).map((services) =>
    sweepServices(
      { request, services: [...services], pass: 1 },
      {
        sweeper: loadSweeper,
        inventory: async () => [],
        ...taggedArns({ environment: 'dev', project: 'order-platform' }, 'eu-west-1', ['eu-west-1']),
        project: 'order-platform',
        owns: (name) => isOwnedName(PREFIX, name),
        tags: (service, one) => readTags(service, one, removalScope(request)),
        claims: NO_NEIGHBOURS.claims,
        provenance: () => Promise.reject(new Error('not asked')),
        keep: async (_, found) => void entries.push(...found),
        clock: systemClock,
        remainingMs: () => limitMs + 20_000,
      },
    ),
  ),
);
process.stdout.write(JSON.stringify({ entries, rssMb: process.resourceUsage().maxRSS / 1_024 }));
process.exit(0);
