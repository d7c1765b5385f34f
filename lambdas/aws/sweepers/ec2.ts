import type { Filter } from '@aws-sdk/client-ec2';
import { describeError } from '../../runtime/aws-errors.ts';
import { foreignTags } from '../../sweep/attribute.ts';
import { type Candidate, type Confirmation, PART, type Sweeper, type SweepScope } from '../../sweep/sweep-service.ts';
import { namedIn } from '../responses.ts';
import type { Kind, Seen } from './ec2-finder.ts';
import { KINDS } from './ec2-kinds.ts';
import { absent, present, splitArn } from './support.ts';

/** AWS deletes rules, routes and associations with the group, the table or the VPC that they belong to. */
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
    // This finds resources without the environment's tags, such as the network interfaces of a service that AWS runs in
    // the VPC.
    if (vpcs.size === 0) return;
    for (const kind of KINDS) {
      for await (const { vpc = '', ...one } of each(kind, scope, inVpc(kind, vpcs))) {
        yield { ...one, vpc, names: [...(one.names ?? []), ...(named.get(vpc) ?? [])] };
      }
    }
  },
  fromInventory: ({ id }) => ofId(id),
  // Examples are a route of the VPC's main table and a rule of its default group: neither parent is in the state, and
  // AWS deletes both with the VPC.
  fromPart({ type, id, of = [] }) {
    const parent = of.find((one) => kindOf(one));
    return parent ? { type: 'part', id: id || type, of: parent } : undefined;
  },
  fromArn(arn) {
    const { resource } = splitArn(arn);
    // The beginning of the id shows the kind. The ARN of a rule has a kind of its own before the id.
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
    // The state of some kinds has details after a comma, such as the size of a volume.
    const state = `${seen?.state}`.replace(/, .*$/s, '');
    if (seen) return kind.gone.includes(state) ? absent(state) : present(seen.state);
  }
  return absent('not listed');
}

/**
 * These commands show the parts of a resource, by the beginning of its id. An id that `kindOf` accepts contains only
 * hexadecimal digits after its prefix.
 */
const LOOKS = [
  ['rtb-', 'describe-route-tables --route-table-ids '],
  ['sg-', 'describe-security-group-rules --filters Name=group-id,Values='],
  ['acl-', 'describe-network-acls --network-acl-ids '],
  ['vpce-', 'describe-vpc-endpoints --vpc-endpoint-ids '],
] as const;

/** Confirms a part by its parent: the parent's absence proves the part's absence, and its presence proves nothing. */
async function confirmPart(parent: string): Promise<Confirmation> {
  const kind = kindOf(parent);
  if (!kind) throw new Error(`no such kind: ${parent}`);
  const { status, reason } = await confirmId(kind, parent);
  if (status === 'ABSENT') return absent(`${parent} is gone: ${reason}`);
  const look = LOOKS.find(([prefix]) => parent.startsWith(prefix))?.[1];
  const next = look ? `. Look for it: aws ec2 ${look}${parent}; where it is gone, declare it in sweep.exclusions` : '';
  throw new Error(`it is a part of ${parent}, which this run does not have and which exists${next}`);
}

/**
 * Returns the kind of an id. Ids of other kinds begin in the same way, such as `vpce-svc-…` and `tgw-mcast-domain-…`,
 * so only hexadecimal digits may follow the prefix.
 */
const kindOf = (id: string) =>
  KINDS.find(({ idPrefix }) => id.startsWith(idPrefix) && /^[0-9a-f]+$/.test(id.slice(idPrefix.length)));

function ofId(id: string, arn?: string): Candidate | typeof PART | undefined {
  if (PARTS.some((prefix) => id.startsWith(prefix))) return PART;
  const kind = kindOf(id);
  return kind ? { type: kind.type, id, ...(arn ? { arn } : {}) } : undefined;
}

/**
 * Yields the candidates of a kind. When a kind cannot be listed, only that kind is unknown, because the others have
 * lists of their own.
 */
async function* each(kind: Kind, scope: SweepScope, candidates: AsyncIterable<Candidate>): AsyncGenerator<Candidate> {
  try {
    yield* candidates;
  } catch (error) {
    scope.unread(kind.type, describeError(error));
  }
}

/** Yields resources in the environment's VPCs. A resource between two VPCs belongs to the one of the environment. */
async function* inVpc(kind: Kind, vpcs: ReadonlySet<string>): AsyncGenerator<Candidate> {
  const ownOf = ({ vpc, otherVpc }: Seen) => [vpc, otherVpc].find((one) => one !== undefined && vpcs.has(one));
  for (const Name of kind.vpcFilters ?? []) {
    yield* find(kind, [{ Name, Values: [...vpcs] }], (seen) => ownOf(seen) !== undefined, ownOf);
  }
}

/** Yields the environment's resources by both tags, and by name. */
async function* own(kind: Kind, { request, project, owns }: SweepScope): AsyncGenerator<Candidate> {
  // Each result of a filter is checked again: a filter that EC2 does not apply must not add resources of others.
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
