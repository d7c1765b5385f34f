import type { Finding } from '../contracts/contracts.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import type { SweepService } from '../contracts/sweep-request.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { isOurs } from '../runtime/errors.ts';
import { once } from '../runtime/once.ts';
import { attribute, type Evidence, foreignTags, isTagged } from './attribute.ts';
import { exactNames } from './exact-names.ts';
import type { Claims } from './name-claims.ts';
import { sinceListed } from './since-listed.ts';
import type { Confirmation, Found, SweepPorts } from './sweep-service.ts';

/** The reason begins with this text for a resource that exists, and about which nobody can say to whom it belongs. */
export const NOT_ATTRIBUTED = 'it exists, and is not attributed';

type Ports = Pick<SweepPorts, 'tags' | 'claims' | 'project' | 'owns'>;

/**
 * Says to whom each finding of a service belongs. The records are read at most once, and only when they may be needed.
 */
export function judgeOf(
  { environment, names, region }: Pick<PreflightRequest, 'environment' | 'names' | 'region'>,
  service: SweepService,
  ports: Ports,
  inventory: readonly InventoryItem[],
  /** The record or the inventory names these VPCs. Each is proven before it proves anything. */
  namedVpcs: ReadonlySet<string> = new Set(),
) {
  const own = { environment, region, project: ports.project, owns: ports.owns, isExact: exactNames(names, inventory) };
  const claims = once(() => unlessUnread(ports.claims));
  /** The set is for EC2, which judges its VPCs before their contents. */
  const judged = new Set<string>();
  const proofs = new Map<string, Promise<boolean>>();
  const others = new Map<string, number>();

  return {
    /**
     * Returns whether the list and the records show that a resource found by name belongs to another environment. Such
     * a resource is not read.
     */
    async isNeighbours(one: Found): Promise<boolean> {
      if (one.source !== 'name' || isTagged(one.tags, own)) return false;
      const foreign = foreignTags(one.tags, own);
      if (foreign !== undefined) leaveOut(`it is tagged ${foreign}`);
      if (foreign !== undefined || (await inVpc(one)).inVpc === 'own') return foreign !== undefined;
      return (await claims())?.claimant(namesOf(one))?.living === true;
    },

    /**
     * @param created when the service says that the resource was created
     * @returns undefined for what belongs to another environment
     */
    async judge(one: Found, finding: Finding, created?: Confirmation['created']): Promise<Finding | undefined> {
      if (finding.status !== 'PRESENT') return finding;
      const unread = (reason: string): Finding => ({ ...finding, status: 'UNKNOWN', reason });
      const tags = await readTags(one);
      if ('error' in tags) {
        const reason = `${finding.reason}; its tags could not be read: ${tags.error}`;
        return one.source === 'inventory' ? { ...finding, reason } : unread(reason);
      }
      // The list of buckets has those of all regions.
      const ofNoRegion =
        service === 'iam' || service === 's3' || (service === 'cloudcontrol' && one.arn?.split(':')[3] === '');
      const sinceThen = sinceListed(service, one, created);
      const evidence: Evidence = {
        ...{ source: one.source, type: one.type, ofNoRegion, names: namesOf(one), tags: tags.read },
        ...(await inVpc(one)),
        ...sinceThen,
      };
      const isListed = one.source === 'tag' && tags.read === undefined;
      const isProven = isListed || !['name', 'tag'].includes(one.source) || isTagged(tags.read, own);
      const asks = !isProven || sinceThen.remade !== undefined || foreignTags(tags.read, own) !== undefined;
      const verdict = attribute(evidence, { ...own, claims: asks ? await claims() : undefined });
      if (verdict.whose === 'ours') {
        if (one.type === 'vpc') judged.add(one.id);
        return { ...finding, proof: verdict.proof };
      }
      if (verdict.whose === 'theirs') {
        leaveOut(verdict.because);
        return undefined;
      }
      const reason = `${finding.reason}; ${verdict.because}`;
      return verdict.whose === 'unknown' ? unread(`${NOT_ATTRIBUTED}: ${reason}`) : { ...finding, reason };
    },

    /** Counts, for each reason, the resources with a name like the environment's that belong to another one. */
    notes: (): string[] =>
      [...others].map(
        ([because, count]) => `${count} with a name like this environment’s left out of ${service}: ${because}`,
      ),
  };

  function leaveOut(because: string): void {
    others.set(because, (others.get(because) ?? 0) + 1);
  }

  /** The tagging API may be hours behind, so its tags are verified like all others. */
  async function readTags(one: Found): Promise<{ read: Evidence['tags'] } | { error: string }> {
    if (one.tags) return { read: one.tags };
    try {
      return { read: await ports.tags(service, one) };
    } catch (error) {
      if (isOurs(error)) throw error;
      return { error: describeError(error) };
    }
  }

  async function inVpc({ vpc }: Found): Promise<Pick<Evidence, 'inVpc'>> {
    if (vpc === undefined) return {};
    const isOwn = service === 'ec2' ? judged.has(vpc) : namedVpcs.has(vpc) && (await isProven(vpc));
    return { inVpc: isOwn ? 'own' : 'unproven' };
  }

  /**
   * Returns whether a VPC is proven by its own tags, or by the inventory if its tags name nobody else. An output of
   * Terraform may name anybody's VPC.
   */
  function isProven(vpc: string): Promise<boolean> {
    const known = proofs.get(vpc) ?? prove(vpc);
    proofs.set(vpc, known);
    return known;
  }

  async function prove(vpc: string): Promise<boolean> {
    try {
      const tags = await ports.tags('ec2', { type: 'vpc', id: vpc });
      if (isTagged(tags, own)) return true;
      return foreignTags(tags, own) === undefined && inventory.some(({ type, id }) => type === 'aws_vpc' && id === vpc);
    } catch (error) {
      if (isOurs(error)) throw error;
      return false;
    }
  }
}

async function unlessUnread(read: () => Promise<Claims>): Promise<Claims | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isOurs(error)) throw error;
    return undefined;
  }
}

/** Returns every name in an id or an ARN, and those of the list. */
function namesOf({ id, arn, names = [] }: Pick<Found, 'id' | 'arn' | 'names'>): string[] {
  const parts = [id, ...(arn ? [arn] : [])].flatMap((one) =>
    one.startsWith('arn:') ? one.split(':').slice(5) : [one],
  );
  return [...new Set([...names, ...parts.flatMap((part) => part.split(':'))])].filter((name) => name !== '');
}
