import { removalScope } from '../../../lambdas/aws/sweep-ports.ts';
import { loadSweeper } from '../../../lambdas/aws/sweepers.ts';
import { taggedArns } from '../../../lambdas/aws/tagged-resources.ts';
import { readTags } from '../../../lambdas/aws/tags.ts';
import type { Finding } from '../../../lambdas/contracts/contracts.ts';
import { SWEEP_SERVICES, type SweepService } from '../../../lambdas/contracts/sweep-request.ts';
import { isOwnedName } from '../../../lambdas/sweep/owned-names.ts';
import { type Candidate, type Sweeper, sweepService } from '../../../lambdas/sweep/sweep-service.ts';
import { CrowdedAccount } from '../../support/crowded-account/account.ts';
import { PLANTED } from '../../support/crowded-account/planted.ts';
import { type Kind, Population, type Thing } from '../../support/crowded-account/population.ts';
import { aRequest, NO_NEIGHBOURS, PREFIX } from '../../unit/lambdas/support/fixtures.ts';
import type { Cell } from './cells.ts';
import { type Endpoint, type Play, questionOf } from './endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './faults.ts';

const ENVIRONMENT = { environment: 'dev', project: 'order-platform' };

/** Only the matrix has this resource in its account. No sweeper handles its service. */
const TAGGED_ONLY: Partial<Record<Kind, readonly Thing[]>> = {
  'ground-station': [{ id: 'station-own', tags: ENVIRONMENT }],
};

/**
 * A resource becomes a candidate by the sweep's own lists, or by the inventory. In the inventory, only its confirmation
 * counts.
 */
type Source = 'lists' | 'inventory';

interface World {
  service: SweepService;
  kind: Kind;
  full: Play;
  bare: Play;
  candidate: Candidate;
}

function account(planted: Partial<Record<Kind, readonly Thing[]>>): Play {
  const one = new CrowdedAccount(new Population(0, planted), {});
  return (request) => one.answer(request);
}

/** Returns a resource that is found by its name, and not because a VPC of the environment exists too. */
const named = (thing: Thing): Thing => (thing.vpc ? { ...thing, name: thing.name ?? `${PREFIX}-own` } : thing);

const request = aRequest({ machine: 'sweep' });

async function sweep(service: SweepService, known?: Candidate): Promise<Finding[]> {
  const { findings } = await sweepService(
    { request, service, pass: 1 },
    {
      sweeper: async (name) => (known ? only(known, await loadSweeper(name)) : loadSweeper(name)),
      inventory: async () => (known ? [{ service, type: known.type, name: 'own', id: known.id }] : []),
      tagged: known ? async function* none() {} : taggedArns(ENVIRONMENT, 'eu-west-1').tagged,
      tags: (name, one) => readTags(name, one, removalScope(request)),
      claims: NO_NEIGHBOURS.claims,
      project: ENVIRONMENT.project,
      owns: (name) => isOwnedName(PREFIX, name),
    },
  );
  return findings;
}

/** Returns the sweeper with nothing but its confirmation. */
const only = (known: Candidate, sweeper: Sweeper): Sweeper => ({
  ...sweeper,
  list: async function* nothing() {},
  fromInventory: () => known,
});

/** Returns one world for each planted resource and each sweep that finds it. */
async function worlds(endpoint: Endpoint): Promise<World[]> {
  const bare = account({});
  const all = { ...PLANTED, ...TAGGED_ONLY };
  endpoint.play = account(all);
  const idsOf = new Map<SweepService, string[]>();
  for (const service of SWEEP_SERVICES)
    idsOf.set(
      service,
      (await sweep(service)).map(({ id }) => id),
    );
  const found: World[] = [];
  for (const [kind, things] of Object.entries(all) as [Kind, Thing[]][]) {
    for (const thing of things) {
      const full = account({ [kind]: [named(thing)] });
      endpoint.play = full;
      for (const service of SWEEP_SERVICES) {
        if (!idsOf.get(service)?.some((id) => id.includes(thing.id))) continue;
        const finding = (await sweep(service)).find(({ status }) => status !== 'ABSENT');
        if (!finding) continue;
        if (finding.type === '*')
          throw new Error(`${service} cannot sweep an account with a ${kind}: ${finding.reason}`);
        const { type, id, arn } = finding;
        found.push({ service, kind, full, bare, candidate: { type, id, ...(arn ? { arn } : {}) } });
      }
    }
  }
  return found;
}

/** Returns the calls of this world that have another answer without the resource. A fault in them can hide it. */
async function positions({ service, full, bare, candidate }: World, source: Source, endpoint: Endpoint) {
  const answers = new Map<string, { full: string; bare: string; faults: Fault[] }>();
  endpoint.play = (request) => {
    const one = full(request);
    const other = bare(request);
    answers.set(questionOf(request), {
      full: JSON.stringify([one.status, String(one.body)]),
      bare: JSON.stringify([other.status, String(other.body)]),
      faults: memberFaults(one),
    });
    return one;
  };
  await sweep(service, source === 'inventory' ? candidate : undefined);
  return [...answers].filter(([, answer]) => answer.full !== answer.bare);
}

/** Returns every cell of the sweeps: resource × source × position × fault. */
export async function sweepCells(endpoint: Endpoint): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const world of await worlds(endpoint)) {
    for (const source of ['lists', 'inventory'] as const) {
      const known = source === 'inventory' ? world.candidate : undefined;
      for (const [question, { faults }] of await positions(world, source, endpoint)) {
        const [, action] = JSON.parse(question) as [string, string];
        for (const fault of [...FAULTS, ...faults, STALE]) {
          cells.push({
            subject: world.service,
            name: [world.service, world.candidate.type, source, action, fault.name].join(' · '),
            fault: fault.name,
            run: () => verdictOf(world, known, endpoint, question, fault),
          });
        }
      }
    }
  }
  return cells;
}

/** The first answer is that of an account without the resource. */
const STALE: Fault = { name: 'stale once', apply: (answer) => answer };

async function verdictOf(
  { service, full, bare }: World,
  known: Candidate | undefined,
  endpoint: Endpoint,
  question: string,
  fault: Fault,
): Promise<string | undefined> {
  let met = 0;
  endpoint.play = (request) => {
    const stale = fault === STALE && questionOf(request) === question && met++ === 0;
    return stale ? bare(request) : full(request);
  };
  endpoint.pass = (answer, request) =>
    fault !== STALE && questionOf(request) === question ? fault.apply(answer, request, met++) : answer;
  // A resource that one pass finds is a leftover. A fault that lasts is the same in both passes, so one pass is enough.
  const passes = fault === STALE ? 2 : 1;
  for (let pass = 0; pass < passes; pass += 1) {
    const findings = await sweep(service, known);
    if (findings.some(({ status }) => status !== 'ABSENT')) return undefined;
  }
  return 'CLEAN';
}
