import { GetResourceCommand, type ResourceDescription } from '@aws-sdk/client-cloudcontrol';
import type { GenericKind } from '../../contracts/generic-kinds/kind.ts';
import { GENERIC_KINDS, genericOfArn, genericOfTerraform, genericOfType } from '../../contracts/generic-kinds.ts';
import type { InventoryItem } from '../../contracts/payloads/inventory.ts';
import { globalRegion } from '../../contracts/regions.ts';
import { describeError, isNotFound } from '../../runtime/aws-errors.ts';
import type { Candidate, Confirmation, Sweeper, SweepScope } from '../../sweep/sweep-service.ts';
import { clientOf, Listing, propertiesOf, tagsIn } from './cloudcontrol-list.ts';
import { absent, ask, MOST_PAGES, present } from './support.ts';

/** At most this many resources of a kind are read for a name that their list does not contain. */
export const MOST_READS = 25;
/**
 * At most this many pages are read of a kind that may cost money, or for one resource that the inventory or a tag
 * names.
 */
export const MANY_PAGES = 50;
const AT_ONCE = 4;

/**
 * This sweeper covers the kinds that have no sweeper of their own, through Cloud Control API. The ids are Cloud
 * Control's identifiers.
 */
export const sweeper: Sweeper = {
  async *list(scope) {
    const kinds = GENERIC_KINDS.filter(({ named }) => named);
    for (let start = 0; start < kinds.length; start += AT_ONCE) {
      const group = kinds.slice(start, start + AT_ONCE);
      for (const found of await Promise.all(group.map((kind) => namedOf(kind, scope)))) yield* found;
    }
  },
  fromInventory: candidateOf,
  fromPart: (item) => (genericOfTerraform(item.type)?.part ? candidateOf(item) : undefined),
  fromArn(arn) {
    const generic = genericOfArn(arn);
    return generic && { type: generic.kind.type, id: generic.identifier, arn };
  },
  async confirm(candidate, scope) {
    const kind = genericOfType(candidate.type);
    if (!kind) throw new Error(`no such type: ${candidate.type}`);
    const region = regionOf(kind, candidate, scope.request.region);
    return kind.readable ? read(kind, candidate.id, region) : lookUp(listingOf(kind, region, scope), candidate.id);
  },
};

function candidateOf({ type, id, arn }: InventoryItem): Candidate | undefined {
  const named = arn ? genericOfArn(arn) : undefined;
  if (named) return { type: named.kind.type, id: named.identifier, ...(arn ? { arn } : {}) };
  const kind = genericOfTerraform(type);
  // If the kind has an ARN pattern of its own, an ARN of another pattern belongs to another kind. The id of a half-made
  // resource is not Cloud Control's identifier where that is built from the ARN: the list would not have it.
  return kind && id && !kind.identifier && !(arn && kind.arn) ? { type: kind.type, id } : undefined;
}

function regionOf(kind: GenericKind, { arn }: Pick<Candidate, 'arn'>, own: string): string {
  return arn?.split(':')[3] || (kind.global ? globalRegion(own) : own);
}

const listings = new WeakMap<SweepScope, Map<string, Listing>>();

/** Returns the listing of a kind and region. Each pass has one, and a search by name uses what was already listed. */
function listingOf(kind: GenericKind, region: string, scope: SweepScope): Listing {
  const own = listings.get(scope) ?? new Map<string, Listing>();
  listings.set(scope, own);
  const key = `${kind.type} ${region}`;
  const listing = own.get(key) ?? new Listing(kind, region);
  own.set(key, listing);
  return listing;
}

const isSame = (one: string, other: string) => one.replace(/^\//, '') === other.replace(/^\//, '');

/**
 * Returns the resources of one kind with a name of the environment. When a kind cannot be listed, only that kind is
 * unknown.
 */
async function namedOf(kind: GenericKind, scope: SweepScope): Promise<Candidate[]> {
  const region = regionOf(kind, {}, scope.request.region);
  const listing = listingOf(kind, region, scope);
  try {
    await listing.readTo(kind.costs ? MANY_PAGES : MOST_PAGES);
    if (!listing.ended) scope.note(kind.type, `the first ${listing.seen.size}`);
    return await own(kind, [...listing.seen], region, scope);
  } catch (error) {
    // A region without the service does not have the type.
    if (isNotFound(error, 'TypeNotFoundException')) scope.note(kind.type, 'none, since the region lacks the type,');
    else scope.unread(kind.type, describeError(error));
    return [];
  }
}

async function own(kind: GenericKind, all: [string, ResourceDescription][], region: string, scope: SweepScope) {
  const found: Candidate[] = [];
  let reads = 0;
  for (const [id, { Properties }] of all) {
    let properties = propertiesOf(Properties);
    const property = kind.named === 'identifier' ? undefined : kind.named;
    if (property && properties[property] === undefined) {
      reads += 1;
      if (reads > MOST_READS) continue;
      properties = await readProperties(kind, id, region);
    }
    const tags = tagsIn(properties);
    const names = property ? [properties[property], tags?.Name] : id.split(/[|/:]/).concat(id);
    if (names.some((name) => typeof name === 'string' && scope.owns(name)))
      found.push({
        type: kind.type,
        id,
        names: names.filter((one) => typeof one === 'string'),
        ...(tags ? { tags } : {}),
      });
  }
  if (reads > MOST_READS) scope.note(kind.type, `the first ${MOST_READS}`);
  return found;
}

/** @returns an empty object for a resource that was deleted after it was listed */
async function readProperties(kind: GenericKind, id: string, region: string): Promise<Record<string, unknown>> {
  try {
    const { ResourceDescription: one } = await clientOf(region).send(
      new GetResourceCommand({ TypeName: kind.type, Identifier: id }),
    );
    return propertiesOf(one?.Properties);
  } catch (error) {
    if (isNotFound(error, 'ResourceNotFoundException')) return {};
    throw error;
  }
}

/** CloudFormation continues to describe a deleted stack. */
const GONE = new Set(['DELETE_COMPLETE']);

function read(kind: GenericKind, Identifier: string, region: string): Promise<Confirmation> {
  return ask(async () => {
    const { ResourceDescription: one } = await clientOf(region).send(
      new GetResourceCommand({ TypeName: kind.type, Identifier }),
    );
    const { StackStatus, Status = StackStatus } = propertiesOf(one?.Properties);
    if (typeof Status !== 'string') return present(undefined);
    return GONE.has(Status) ? absent(Status) : present(Status);
  }, 'ResourceNotFoundException');
}

async function lookUp(listing: Listing, id: string): Promise<Confirmation> {
  const isListed = () => [...listing.seen.keys()].some((one) => isSame(one, id));
  while (!isListed() && !listing.ended) {
    if (listing.pages >= MANY_PAGES) {
      throw new Error(`the list has more than ${listing.seen.size} resources, and ${id} is not among those`);
    }
    await listing.readTo(listing.pages + 1);
  }
  return isListed() ? present('listed') : absent('not listed');
}
