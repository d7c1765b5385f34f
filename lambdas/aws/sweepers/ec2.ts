import type { Filter } from '@aws-sdk/client-ec2';
import { describeError } from '../../runtime/aws-errors.ts';
import { foreignTags } from '../../sweep/attribute.ts';
import { type Candidate, type Confirmation, PART, type Sweeper, type SweepScope } from '../../sweep/sweep-service.ts';
import { namedIn } from '../responses.ts';
import type { Kind, Seen } from './ec2-finder.ts';
import { KINDS } from './ec2-kinds.ts';
import { absent, present, splitArn } from './support.ts';

/** Rules, routes and associations go with the group, the table or the VPC that they are part of. */
const PARTS = ['sgr-', 'r-rtb-', 'rtbassoc-', 'aclassoc-', 'sgrule-', 'eipassoc-'];

export const sweeper: Sweeper = {
  async *list(scope) {
    const owner = { environment: scope.request.environment, project: scope.project };
    const named = new Map<string, string[] | undefined>();
    for (const id of scope.vpcs) yield { type: 'vpc', id };
    const vpcs = new Set([...scope.vpcs, ...scope.known.flatMap(({ type, id }) => (type === 'vpc' ? id : []))]);
    for (const kind of KINDS) {
      for await (const candidate of each(kind, scope, own(kind, scope))) {
        if (candidate.type === 'vpc' && !foreignTags(candidate.tags, owner)) {
          vpcs.add(candidate.id);
          named.set(candidate.id, candidate.names);
        }
        yield candidate;
      }
    }
    // What has no tag of ours, such as the network interfaces of a service that AWS runs in the VPC.
    if (vpcs.size === 0) return;
    for (const kind of KINDS) {
      for await (const { vpc = '', ...one } of each(kind, scope, inVpc(kind, vpcs))) {
        yield { ...one, vpc, names: [...(one.names ?? []), ...(named.get(vpc) ?? [])] };
      }
    }
  },
  fromInventory: ({ id }) => ofId(id),
  // A route of the VPC's main table, a rule of its default group: neither is in the state, and both go with the VPC.
  fromPart({ type, id, of = [] }) {
    const parent = of.find((one) => kindOf(one));
    return parent ? { type: 'part', id: id || type, of: parent } : undefined;
  },
  fromArn(arn) {
    const { resource } = splitArn(arn);
    // Only the id is known by what it begins with; rules have a kind of their own in front of it.
    return ofId(resource.slice(resource.indexOf('/') + 1), arn);
  },
  async confirm({ type, id, of }) {
    if (type === 'part' && of) return confirmPart(of);
    const kind = KINDS.find((one) => one.type === type);
    if (!kind) throw new Error(`no such type: ${type}`);
    return confirmId(kind, id);
  },
};

async function confirmId(kind: Kind, id: string): Promise<Confirmation> {
  for await (const page of kind.find([{ Name: kind.idFilter, Values: [id] }])) {
    const seen = namedIn(page, (one) => one.id === id, {});
    if (seen) return kind.gone.includes(seen.state ?? '') ? absent(seen.state ?? '') : present(seen.state);
  }
  return absent('not listed');
}

/** Its parent's absence answers for it; its parent's presence says nothing. */
async function confirmPart(parent: string): Promise<Confirmation> {
  const kind = kindOf(parent);
  if (!kind) throw new Error(`no such kind: ${parent}`);
  const { status, reason } = await confirmId(kind, parent);
  if (status === 'ABSENT') return absent(`${parent} is gone: ${reason}`);
  throw new Error(`it is a part of ${parent}, which this run does not have and which exists`);
}

/** Ids of other kinds begin in the same way, such as `vpce-svc-…` and `tgw-mcast-domain-…`: behind the prefix is a number alone. */
const kindOf = (id: string) =>
  KINDS.find(({ idPrefix }) => id.startsWith(idPrefix) && /^[0-9a-f]+$/.test(id.slice(idPrefix.length)));

function ofId(id: string, arn?: string): Candidate | typeof PART | undefined {
  if (PARTS.some((prefix) => id.startsWith(prefix))) return PART;
  const kind = kindOf(id);
  return kind ? { type: kind.type, id, ...(arn ? { arn } : {}) } : undefined;
}

/** A kind that cannot be listed is unknown by itself: the others have lists of their own. */
async function* each(kind: Kind, scope: SweepScope, candidates: AsyncIterable<Candidate>): AsyncGenerator<Candidate> {
  try {
    yield* candidates;
  } catch (error) {
    scope.unread(kind.type, describeError(error));
  }
}

/** What is between two VPCs is in the one that is ours. */
async function* inVpc(kind: Kind, vpcs: ReadonlySet<string>): AsyncGenerator<Candidate> {
  const ownOf = ({ vpc, otherVpc }: Seen) => [vpc, otherVpc].find((one) => one !== undefined && vpcs.has(one));
  for (const Name of kind.vpcFilters ?? []) {
    yield* find(kind, [{ Name, Values: [...vpcs] }], (seen) => ownOf(seen) !== undefined, ownOf);
  }
}

/** By both tags, and by name. */
async function* own(kind: Kind, { request, project, owns }: SweepScope): AsyncGenerator<Candidate> {
  // Whatever a filter lets through is looked at again: what it does not understand must not make strangers ours.
  yield* find(
    kind,
    [
      { Name: 'tag:environment', Values: [request.environment] },
      { Name: 'tag:project', Values: [project] },
    ],
    ({ tags }) => tags.environment === request.environment && tags.project === project,
  );
  const { prefix } = request.names;
  const patterns = [prefix, ...['-', '/', '_', '.'].map((after) => `${prefix}${after}*`)];
  for (const Name of ['tag:Name', ...(kind.nameFilter ? [kind.nameFilter] : [])]) {
    yield* find(kind, [{ Name, Values: patterns }], ({ names }) => names.some(owns));
  }
}

async function* find(
  kind: Kind,
  filters: Filter[],
  matches: (seen: Seen) => boolean,
  vpcOf: (seen: Seen) => string | undefined = ({ vpc }) => vpc,
): AsyncGenerator<Candidate> {
  for await (const page of kind.find(filters)) {
    for (const seen of page) {
      if (seen.ofVpc || !matches(seen)) continue;
      const { id, names, tags } = seen;
      const vpc = vpcOf(seen);
      yield { type: kind.type, id, names, tags, ...(vpc === undefined ? {} : { vpc }) };
    }
  }
}
