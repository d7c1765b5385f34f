import { loadRemover, REMOVER_SERVICES } from '../../../lambdas/aws/removers.ts';
import { loadRemovableSweeper } from '../../../lambdas/aws/sweepers.ts';
import { unmanagedPorts } from '../../../lambdas/aws/unmanaged-ports.ts';
import { parseEnvironment } from '../../../lambdas/contracts/environment-variables.ts';
import { manifest } from '../../../lambdas/contracts/functions/remove-unmanaged.ts';
import type { RemoveUnmanagedResult } from '../../../lambdas/contracts/payloads/removal.ts';
import type { EnvironmentRecord } from '../../../lambdas/contracts/record.ts';
import type { SweepService } from '../../../lambdas/contracts/sweep-request.ts';
import { removeUnmanaged } from '../../../lambdas/removal/remove-unmanaged.ts';
import type { UnmanagedKind } from '../../../lambdas/removal/unmanaged-rules.ts';
import { NotReadyError, SafetyError } from '../../../lambdas/runtime/errors.ts';
import type { Candidate } from '../../../lambdas/sweep/sweep-service.ts';
import { PLANTED } from '../../support/crowded-account/planted.ts';
import type { Kind } from '../../support/crowded-account/population.ts';
import { ACCOUNT, aRequest, arnOf, PATTERN, PREFIX } from '../../unit/lambdas/support/fixtures.ts';
import type { Cell } from './cells.ts';
import { type Endpoint, questionOf } from './endpoint.ts';
import { FAULTS, type Fault, memberFaults } from './faults.ts';
import { some } from './matrix.ts';
import { changeIn, RemovalAccount, type Subject, type World } from './removal-account.ts';

type Removed = Exclude<SweepService, 'cloudcontrol'>;

export const OWN = { environment: 'dev', project: 'order-platform' };
export const FOREIGN = { environment: 'other', project: 'order-platform' };

/** The crowded account has other names for these types. */
const KINDS: Record<string, Kind | Subject['kind']> = {
  'task-definition': 'task-family',
  service: 'ecs-service',
  task: 'ecs-task',
};

/** Without tags, nothing proves that these are the environment's. */
const INEXACT: Record<string, string> = {
  alarm: `${PREFIX}-5xx`,
  dashboard: `${PREFIX}-other`,
  'log-group': `/ecs/${PREFIX}/other`,
  bucket: `${PREFIX}-data`,
};

export function subjectOf(type: string): Subject {
  const kind = KINDS[type] ?? (type as Kind);
  if (kind === 'ecs-service' || kind === 'ecs-task') return { kind, thing: { id: `${PREFIX}-api` } };
  const [planted] = PLANTED[kind] ?? [];
  if (!planted) throw new Error(`nothing of the type ${type} is planted: every type that is removed needs a world`);
  return { kind, thing: { ...planted, name: planted.name ?? `${PREFIX}-own` } };
}

/** A sample has this number of types. */
const TYPES = 12;

type Source = 'name' | 'tag' | 'inventory';

export interface Try {
  service: Removed;
  type: string;
  world: World;
  /** The sweep finds the resource by this source. */
  source: Source;
  known: Candidate;
  /** The environment has this record, or none without it. */
  record?: EnvironmentRecord | null;
}

const base = aRequest({
  ...{ machine: 'teardown', mode: 'destroy' },
  execution: { id: arnOf('teardown', 'mine'), name: 'mine', startTime: new Date().toISOString() },
});

const env = parseEnvironment(manifest, {
  ...{ ENVIRONMENTS_TABLE: 'environments', CONTROL_BUCKET: 'control', PROJECT: 'order-platform' },
  ...{ NAME_PATTERN: PATTERN, ALLOWED_ACCOUNTS: ACCOUNT, ALLOWED_REGIONS: 'eu-west-1', MAX_DELETIONS: '10' },
});

/** Runs one attempt of the function, with the sweep of one service. */
export async function attempt({ service, source, known, record = null }: Omit<Try, 'type' | 'world'>, count: number) {
  const request = { ...base, record };
  const held = { confirm: async () => {}, remainingMs: () => 0 };
  const ports = unmanagedPorts(request, env, held, [service], async (name) => {
    const sweeper = await loadRemovableSweeper(name);
    if (source === 'name') return sweeper;
    // The resource is known from the tag or the inventory, and from there alone.
    return { ...sweeper, list: async function* nothing() {}, fromArn: () => known, fromInventory: () => known };
  });
  return removeUnmanaged({ request, fencing: 3, redrive: 0, phase: 'rest', attempt: count }, ports);
}

/**
 * Returns the candidate of a sweep for a resource.
 * @throws {Error} when the sweep does not find it
 */
async function candidateOf(service: Removed, type: string, endpoint: Endpoint): Promise<Candidate> {
  const account = new RemovalAccount({ subject: subjectOf(type), tags: OWN });
  endpoint.play = (one) => account.answer(one);
  const ports = unmanagedPorts(base, env, { confirm: async () => {}, remainingMs: () => 0 }, [service]);
  const found = (await ports.sweep()).find((one) => one.type === type && one.status === 'PRESENT');
  if (!found) throw new Error(`the sweep of ${service} does not find its ${type}`);
  return { type, id: found.id, ...(found.arn ? { arn: found.arn } : {}) };
}

const TAGGED_AS: Record<string, string> = { elbv2: 'elasticloadbalancing' };

function fromElsewhere(service: Removed, source: Source, known: Candidate): Partial<World> {
  if (source === 'inventory') return { inventory: [{ service, type: 'aws_it', name: 'it', id: known.id }] };
  if (source === 'tag') return { tagged: [`arn:aws:${TAGGED_AS[service] ?? service}:eu-west-1:${ACCOUNT}:it/it`] };
  return {};
}

/**
 * Returns the tries for every type that is removed. A resource that is created without tags may be known by its name
 * alone, and the sweep finds it by its name, too.
 */
async function tries(endpoint: Endpoint, tags: Record<string, string>, sources: readonly Source[]): Promise<Try[]> {
  const all: Try[] = [];
  const types: [Removed, string, UnmanagedKind][] = [];
  for (const service of REMOVER_SERVICES as Removed[])
    for (const [type, kind] of Object.entries((await loadRemover(service)) ?? {})) types.push([service, type, kind]);
  for (const [service, type, { bornUntagged }] of some(types, TYPES)) {
    const known = await candidateOf(service, type, endpoint);
    for (const source of bornUntagged ? (['name', ...sources] as const) : sources) {
      const world = { subject: subjectOf(type), tags, ...fromElsewhere(service, source, known) };
      all.push({ service, type, source, known, world });
    }
  }
  return all;
}

interface Position {
  question: string;
  faults: Fault[];
  /** The attempt makes the call this number of times. */
  times: number;
}

/**
 * Returns the calls that have another answer in the other world, and those that only this world has. A fault can matter
 * in them.
 */
async function positions(one: Try, other: World, endpoint: Endpoint): Promise<Position[]> {
  const [here, there] = [new RemovalAccount(one.world), new RemovalAccount(other)];
  const found = new Map<string, Position>();
  endpoint.play = (asked) => {
    const question = questionOf(asked);
    const isChange = changeIn(asked) !== undefined;
    const answer = here.answer(asked);
    const differs = isChange || String(answer.body) !== String(there.answer(asked).body);
    const { times = 0 } = found.get(question) ?? {};
    if (differs && !isOurs(asked)) found.set(question, { question, faults: memberFaults(answer), times: times + 1 });
    return answer;
  };
  await attempt(one, 0).catch((error: Error) => {
    if (!(error instanceof NotReadyError || error instanceof SafetyError)) throw error;
  });
  return [...found.values()];
}

/** The function writes the report of what it removed, and reads it again. */
const isOurs = ({ url, method }: { url: URL; method: string }) =>
  method === 'PUT' && url.pathname.startsWith('/control/');

interface Outcome {
  result?: RemoveUnmanagedResult;
  account: RemovalAccount;
}

const ATTEMPTS = 3;

/** @param only the index, from 0, of the call with the fault; without it, each call has the fault */
async function play(
  one: Try,
  stale: World,
  endpoint: Endpoint,
  { question, fault, only }: { question: string; fault: Fault; only?: number },
): Promise<Outcome> {
  const account = new RemovalAccount(one.world);
  const earlier = new RemovalAccount(stale);
  let met = 0;
  endpoint.play = (asked) => {
    if (questionOf(asked) !== question) return account.answer(asked);
    if (fault === STALE)
      return met++ === 0 && changeIn(asked) === undefined ? earlier.answer(asked) : account.answer(asked);
    // A change without an answer has not happened.
    return changeIn(asked) === undefined ? account.answer(asked) : new RemovalAccount(one.world).answer(asked);
  };
  endpoint.pass = (answer, asked) => {
    if (fault === STALE || questionOf(asked) !== question) return answer;
    const time = met++;
    return only === undefined || only === time ? fault.apply(answer, asked, time) : answer;
  };
  for (let count = 0; count < ATTEMPTS; count += 1) {
    try {
      return { result: await attempt(one, count), account };
    } catch (error) {
      if (!(error instanceof NotReadyError)) return { account };
    }
  }
  return { account };
}

/** The first answer is that of another world. */
const STALE: Fault = { name: 'stale once', apply: (answer) => answer };

/**
 * @param other returns the world that a faulty answer would describe
 * @param earlier returns the world of a late answer
 */
export async function cellsOf(
  title: string,
  all: readonly Try[],
  { other, earlier }: { other: (world: World) => World; earlier: ((world: World) => World) | undefined },
  endpoint: Endpoint,
  judge: (outcome: Outcome) => string | undefined,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const one of all) {
    for (const { question, faults, times } of await positions(one, other(one.world), endpoint)) {
      const [service, action] = JSON.parse(question) as [string, string];
      for (const fault of [...FAULTS, ...faults, ...(earlier ? [STALE] : [])]) {
        cells.push({
          subject: one.service,
          name: [title, one.service, one.type, one.source, `${service} ${action}`, fault.name].join(' · '),
          fault: fault.name,
          run: async () => judge(await play(one, (earlier ?? other)(one.world), endpoint, { question, fault })),
        });
      }
      // A remover reads what the sweep and the tags have read before it. This fault affects the last read only.
      for (const fault of times > 1 ? [...FAULTS, ...faults] : []) {
        cells.push({
          subject: one.service,
          name: [title, one.service, one.type, one.source, `${service} ${action}, the last time`, fault.name].join(
            ' · ',
          ),
          fault: fault.name,
          run: async () => judge(await play(one, one.world, endpoint, { question, fault, only: times - 1 })),
        });
      }
    }
  }
  return cells;
}

/** Returns the world in which the resource is the environment's. */
const asOwn = (world: World): World => ({ ...world, tags: OWN });
/** Returns the world in which the resource does not have its tags yet. */
const asUntagged = (world: World): World => ({ ...world, tags: {} });
/** Returns the world without the resource. */
const gone = (world: World): World => ({
  ...world,
  subject: { ...world.subject, thing: { ...world.subject.thing, id: 'another', name: 'another' } },
});

export const untouched = ({ account }: Outcome) =>
  account.changes.length > 0 ? `it did ${account.changes.join(', ')}` : undefined;

/** The resources are another environment's, or nobody's by their tags. No fault may cause their removal. */
export async function foreignCells(endpoint: Endpoint): Promise<Cell[]> {
  // A dashboard cannot have tags.
  const foreign = (await tries(endpoint, FOREIGN, ['tag', 'inventory'])).filter(({ type }) => type !== 'dashboard');
  const untagged = (await tries(endpoint, {}, ['tag'])).map(inexact);
  return [
    ...(await cellsOf('foreign', foreign, { other: asOwn, earlier: asUntagged }, endpoint, untouched)),
    ...(await cellsOf('untagged', untagged, { other: asOwn, earlier: undefined }, endpoint, untouched)),
  ];
}

function inexact(one: Try): Try {
  const name = INEXACT[one.type];
  if (name === undefined) return one;
  const { subject } = one.world;
  return {
    ...one,
    known: { type: one.type, id: name },
    world: { ...one.world, subject: { ...subject, thing: { ...subject.thing, id: name, name } } },
  };
}

/** The resources are the environment's. No fault may cause a report that a resource is removed while it exists. */
export async function ownCells(endpoint: Endpoint): Promise<Cell[]> {
  const all = await tries(endpoint, OWN, ['inventory']);
  return cellsOf('own', all, { other: gone, earlier: gone }, endpoint, ({ result, account }) =>
    result && result.count > 0 && !account.deleted ? `it says: ${result.summary}` : undefined,
  );
}
