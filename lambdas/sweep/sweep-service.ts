import type { Finding } from '../contracts/contracts.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import type { SweepService, SweepServiceEvent, SweepServiceResult } from '../contracts/sweep-request.ts';
import { partRule } from '../plan/terraform-parts.ts';
import type { Tags } from '../removal/unmanaged-rules.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { isOurs } from '../runtime/errors.ts';
import { accountElsewhere, elsewhere, isAnsweredByParent, unanswered, unansweredArn } from './answered-by-parent.ts';
import { partitionByExclusion } from './exclusions.ts';
import { judgeOf } from './judge-findings.ts';
import type { Claims } from './name-claims.ts';
import { isShared } from './shared-vpc.ts';

/** Describes something that may be left. `type` and `id` together identify it, wherever it was found. */
export interface Candidate {
  type: string;
  id: string;
  arn?: string | undefined;
  /** The candidate is a part of this resource. */
  of?: string;
  /** The candidate was found by these names where its id does not contain them: its tag `Name`, or its database. */
  names?: string[];
  /** The tags are present where the list had them. */
  tags?: Tags;
  /** The candidate was found in this VPC. */
  vpc?: string;
  /** The inventory listed the candidate at this time. */
  listedAt?: string;
}

export interface Confirmation {
  status: 'PRESENT' | 'ABSENT';
  /** The service answered with this state or error. */
  reason: string;
  /** When the service says that the resource was created, in milliseconds. */
  created?: { at: number; orChanged?: true };
}

/** A part is deleted with its parent, which is a candidate of its own: a listener with its load balancer. */
export const PART = 'part';

export interface SweepScope {
  request: PreflightRequest;
  project: string;
  /** Returns whether a name is built from the environment's prefix. */
  owns(name: string): boolean;
  /**
   * The inventory names these VPCs, or the record does where the inventory does not exclude it. The sweep finds
   * everything in them, but it is proven only if the VPC is.
   */
  vpcs: ReadonlySet<string>;
  /** These candidates of the same service come from the inventory and from tags. */
  known: readonly Candidate[];
  /** Notes that a list was not read to its end. Lists of resources that cost something are read to far more pages. */
  note(what: string, read: string): void;
  /** Notes that one type could not be listed, where a service has several independent lists. */
  unread(type: string, reason: string): void;
}

/** A sweeper searches one service. It throws for anything that cannot be read, and never leaves it out. */
export interface Sweeper {
  /** Lists everything of the environment in the service's own lists, to the last page. */
  list(scope: SweepScope): AsyncIterable<Candidate>;
  /** Returns undefined for a type that this sweeper cannot confirm. */
  fromInventory(item: InventoryItem): Candidate | typeof PART | undefined;
  /**
   * Returns the candidate for a part, by `partRule`, whose parent the inventory does not list. The result is undefined
   * where this sweeper cannot confirm the part.
   */
  fromPart?(item: InventoryItem): Candidate | undefined;
  /** Returns undefined for an ARN of a kind that this sweeper cannot confirm. */
  fromArn(arn: string): Candidate | typeof PART | undefined;
  confirm(candidate: Candidate, scope: SweepScope): Promise<Confirmation>;
}

export interface SweepPorts {
  sweeper(service: SweepService): Promise<Sweeper>;
  /**
   * Reads the tags now, from the service itself. The result is undefined for a resource that is gone, or that has no
   * tags that anybody here can read.
   */
  tags(service: SweepService, candidate: Candidate): Promise<Tags | undefined>;
  /** Reads what the records say about names. The promise rejects when they cannot all be read. */
  claims(): Promise<Claims>;
  /** Returns everything that was listed before the destroy, of every service. The list is empty when none was taken. */
  inventory(): Promise<InventoryItem[]>;
  /** Lists the ARNs of that service with the environment's tags. The resources may be long gone. */
  tagged(service: SweepService): AsyncIterable<string>;
  /** Describes the tagged resources in other regions that another deployment owns. */
  otherDeployments?(): Promise<string[]>;
  project: string;
  owns(name: string): boolean;
  /** The signal aborts when the time is over, with the reason. The findings until then are the result. */
  timeout?: AbortSignal;
}

export interface Found extends Candidate {
  source: Finding['source'];
  /** The resource had the environment's tags when the inventory listed it. */
  hadTags?: boolean;
}

const CONCURRENCY = 4;

/**
 * Collects candidates from the inventory, from tags and from names, and reads each from its own service.
 * @throws for a fault of the runbook itself, which must not be reported as an unreadable service
 */
export async function sweepService(
  { request, service, pass }: SweepServiceEvent,
  ports: SweepPorts,
): Promise<SweepServiceResult> {
  const { timeout } = ports;
  const found = new Map<string, Found>();
  const findings = new Map<string, Finding>();
  const unread: Finding[] = [];
  const limits: string[] = [];
  const others: Finding[] = [];
  const add = (candidate: Omit<Found, 'source'>, source: Finding['source']) => {
    // Two regions may each have a resource of that name.
    const place = candidate.arn?.split(':')[3] || request.region;
    const key = `${candidate.type} ${candidate.id} ${place}`;
    if (!found.has(key)) found.set(key, { ...candidate, source });
  };
  const giveUp = (source: Finding['source'], type: string, id: string, reason: string) =>
    unread.push({ service, type, id, status: 'UNKNOWN', source, reason });

  await (timeout ? Promise.race([search(), ended(timeout)]) : search());
  const late = timeout?.aborted ? [...found].filter(([key]) => !findings.has(key)) : [];
  if (timeout?.aborted) giveUp('lister', '*', '*', String(timeout.reason));
  for (const [, one] of late) giveUp(one.source, one.type, one.id, 'not asked for in time');
  const inOrder = [...found.keys()].flatMap((key) => findings.get(key) ?? []);
  const { kept, left } = partitionByExclusion(request, [...unread, ...inOrder]);
  return {
    service,
    pass,
    findings: left,
    ...(kept.length > 0 ? { excluded: kept } : {}),
    ...(others.length > 0 ? { others } : {}),
    ...(limits.length > 0 ? { limits } : {}),
  };

  async function search(): Promise<void> {
    const sweeper = await ports.sweeper(service);
    const { record, run } = request;
    const named = record?.run === run ? record.outputs?.vpc_id : undefined;
    const vpcs = new Set(named ? [named] : []);
    await attempt('inventory', async () => {
      const inventory = await ports.inventory();
      if (named && isShared(named, inventory)) vpcs.delete(named);
      for (const item of inventory) {
        if (item.type === 'aws_vpc' && item.id && !elsewhere(item, request)) vpcs.add(item.id);
      }
      for (const item of inventory.filter((one) => one.service === service)) {
        if (isAnsweredByParent(item, inventory)) continue;
        const candidate = ask(item, sweeper);
        if (candidate === undefined) giveUp('inventory', item.type, item.arn ?? item.id, unanswered(item));
        else if (candidate !== PART) {
          // Cloud Control is read in the region of the ARN, every other service in the environment's region.
          const isAskedThere = service === 'cloudcontrol' && candidate.arn && !accountElsewhere(item, request);
          const why = isAskedThere ? undefined : elsewhere(item, request);
          if (why) giveUp('inventory', item.type, item.arn ?? item.id, why);
          else add({ ...candidate, ...asListed(item) }, 'inventory');
        }
      }
    });
    await attempt('tag', async () => {
      for await (const arn of ports.tagged(service)) {
        const candidate = sweeper.fromArn(arn);
        if (candidate === undefined) giveUp('tag', 'resource', arn, unansweredArn(arn, request.region));
        else if (candidate !== PART) add(candidate, 'tag');
      }
      if (service === 'tagging') limits.push(...((await ports.otherDeployments?.()) ?? []));
    });
    const scope: SweepScope = {
      request,
      project: ports.project,
      owns: ports.owns,
      vpcs,
      known: [...found.values()],
      note: (what, read) =>
        limits.push(`of ${what}, ${read} were searched by name; others only as inventory and tags have them`),
      unread: (type, reason) => giveUp('lister', type, '*', reason),
    };
    await attempt('lister', async () => {
      for await (const candidate of sweeper.list(scope)) {
        if (timeout?.aborted) return;
        add(candidate, 'name');
      }
    });
    const judge = judgeOf(request, service, ports, await inventoryOrNone(), vpcs);
    // The contents of a VPC are judged after the VPC.
    for (const group of [[...found].filter(isVpc), [...found].filter((one) => !isVpc(one))]) {
      await inGroups(group, async ([key, candidate]) => {
        if (timeout?.aborted) return;
        const confirmed = (await judge.isNeighbours(candidate))
          ? undefined
          : await confirm(service, candidate, sweeper, scope);
        const finding = confirmed && (await judge.judge(candidate, confirmed.finding, confirmed.created));
        if (finding) findings.set(key, finding);
        else found.delete(key);
        if (confirmed && !finding && candidate.source === 'inventory') others.push(confirmed.finding);
      });
    }
    limits.push(...judge.notes());
  }

  /** An inventory that cannot be read proves nothing, and is UNKNOWN already. */
  async function inventoryOrNone(): Promise<InventoryItem[]> {
    try {
      return await ports.inventory();
    } catch {
      return [];
    }
  }

  async function attempt(source: Finding['source'], look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (isOurs(error)) throw error;
      giveUp(source, '*', '*', describeError(error));
    }
  }
}

function asListed({ listedAt, untagged }: InventoryItem): Pick<Found, 'listedAt' | 'hadTags'> {
  return { ...(listedAt ? { listedAt } : {}), hadTags: !untagged };
}

/** @returns undefined for what this sweeper cannot confirm */
function ask(item: InventoryItem, sweeper: Sweeper): Candidate | typeof PART | undefined {
  if (item.provider) return undefined;
  return partRule(item.type) ? sweeper.fromPart?.(item) : sweeper.fromInventory(item);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const isVpc = ([, { type }]: [string, Found]) => type === 'vpc';

interface Confirmed {
  finding: Finding;
  created?: Confirmation['created'];
}

async function confirm(service: string, found: Found, sweeper: Sweeper, scope: SweepScope): Promise<Confirmed> {
  const { type, id, arn, source } = found;
  const base = { service, type, id, ...(arn ? { arn } : {}), source };
  try {
    const { created, ...confirmation } = await sweeper.confirm(found, scope);
    return { finding: { ...base, ...confirmation }, ...(created ? { created } : {}) };
  } catch (error) {
    if (isOurs(error)) throw error;
    return { finding: { ...base, status: 'UNKNOWN', reason: describeError(error) } };
  }
}

async function inGroups<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += CONCURRENCY) {
    await Promise.all(items.slice(start, start + CONCURRENCY).map(work));
  }
}
