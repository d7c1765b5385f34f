import { describeError } from '../shared/aws-errors.ts';
import type { Finding } from '../shared/contracts.ts';
import type {
  InventoryItem,
  PreflightRequest,
  SweepService,
  SweepServiceEvent,
  SweepServiceResult,
} from '../shared/request.ts';

/** Something that may be left. `type` and `id` together name it, wherever it was heard of. */
export interface Candidate {
  type: string;
  id: string;
  arn?: string;
}

export interface Confirmation {
  status: 'PRESENT' | 'ABSENT';
  /** What the service said. */
  reason: string;
}

/** Goes with what it is a part of, which is a candidate of its own: a listener with its load balancer. */
export const PART = 'part';

export interface SweepScope {
  request: PreflightRequest;
  project: string;
  /** Whether a name is built from the environment's prefix. */
  owns(name: string): boolean;
  /** Candidates of the same service that are known from elsewhere. */
  known: readonly Candidate[];
  /** Says that a list was not read to its end, which is for a list of nothing that could cost money only. */
  note(what: string, read: string): void;
}

/** How one service is searched. Whatever cannot be read is thrown, never left out. */
export interface Sweeper {
  /** Everything of the environment that the service's own listers show, to the last page. */
  list(scope: SweepScope): AsyncIterable<Candidate>;
  /** Undefined for a type that this sweeper does not know how to confirm. */
  fromInventory(item: InventoryItem): Candidate | typeof PART | undefined;
  /** Undefined for an ARN of a kind that this sweeper does not know how to confirm. */
  fromArn(arn: string): Candidate | typeof PART | undefined;
  confirm(candidate: Candidate, scope: SweepScope): Promise<Confirmation>;
}

export interface SweepPorts {
  sweeper(service: SweepService): Promise<Sweeper>;
  /** Everything that was listed before the destroy, whatever its service; empty when nothing was. */
  inventory(): Promise<InventoryItem[]>;
  /** ARNs, of that service, with the environment's tags. May be of things that are long gone. */
  tagged(service: SweepService): AsyncIterable<string>;
  project: string;
  owns(name: string): boolean;
}

interface Found extends Candidate {
  source: Finding['source'];
}

const CONCURRENCY = 4;

/** Gathers candidates from the inventory, from tags and from names, and asks their own service for each. */
export async function sweepService(
  { request, service, pass }: SweepServiceEvent,
  ports: SweepPorts,
): Promise<SweepServiceResult> {
  const sweeper = await ports.sweeper(service);
  const unread: Finding[] = [];
  const found = new Map<string, Found>();
  const add = (candidate: Candidate, source: Finding['source']) => {
    const key = `${candidate.type} ${candidate.id}`;
    if (!found.has(key) && !isKept(request, candidate)) found.set(key, { ...candidate, source });
  };
  const giveUp = (source: Finding['source'], what: string, id: string, reason: string) =>
    unread.push({ service, type: what, id, status: 'UNKNOWN', source, reason });

  await attempt('inventory', async () => {
    for (const item of (await ports.inventory()).filter((one) => one.service === service)) {
      const candidate = sweeper.fromInventory(item);
      if (candidate === undefined)
        giveUp('inventory', item.type, item.arn ?? item.id, 'no sweep can confirm this type');
      else if (candidate !== PART) add(candidate, 'inventory');
    }
  });
  await attempt('tag', async () => {
    for await (const arn of ports.tagged(service)) {
      const candidate = sweeper.fromArn(arn);
      if (candidate === undefined) giveUp('tag', 'resource', arn, 'no sweep can confirm this kind of resource');
      else if (candidate !== PART) add(candidate, 'tag');
    }
  });
  const limits: string[] = [];
  const scope: SweepScope = {
    request,
    project: ports.project,
    owns: ports.owns,
    known: [...found.values()],
    note: (what, read) =>
      limits.push(`of ${what}, ${read} were searched by name; others only as inventory and tags have them`),
  };
  await attempt('lister', async () => {
    for await (const candidate of sweeper.list(scope)) add(candidate, 'name');
  });

  const confirmed = await inGroups([...found.values()], (candidate) => confirm(service, candidate, sweeper, scope));
  return { service, pass, findings: [...unread, ...confirmed], ...(limits.length > 0 ? { limits } : {}) };

  async function attempt(source: Finding['source'], search: () => Promise<void>): Promise<void> {
    try {
      await search();
    } catch (error) {
      // A fault of ours must not pass for an unreadable service; it fails the call, which counts as UNKNOWN as well.
      if (isOurs(error)) throw error;
      giveUp(source, '*', '*', describeError(error));
    }
  }
}

async function confirm(service: string, found: Found, sweeper: Sweeper, scope: SweepScope): Promise<Finding> {
  const { type, id, arn, source } = found;
  const base = { service, type, id, ...(arn ? { arn } : {}), source };
  try {
    return { ...base, ...(await sweeper.confirm(found, scope)) };
  } catch (error) {
    if (isOurs(error)) throw error;
    return { ...base, status: 'UNKNOWN', reason: describeError(error) };
  }
}

function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError;
}

/** What `keepBackend` spares is no leftover. */
function isKept({ keepBackend, names }: PreflightRequest, { type, id }: Candidate): boolean {
  if (!keepBackend) return false;
  return (type === 'bucket' && id === names.stateBucket) || (type === 'table' && id === names.lockTable);
}

async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += CONCURRENCY) {
    results.push(...(await Promise.all(items.slice(start, start + CONCURRENCY).map(work))));
  }
  return results;
}
