import type { Finding } from '../contracts/contracts.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';
import type { Tags } from './stray-rules.ts';

/** A rule of one security group that names another one, which EC2 then does not delete. */
export interface GroupReference {
  group: string;
  name: string;
  vpc: string;
  tags: Tags;
  /** The group that the rule names. */
  names: string;
  isEgress: boolean;
  protocol: string;
  from?: number;
  to?: number;
}

export interface ReferencePorts {
  references(groups: readonly string[]): Promise<GroupReference[]>;
  /** Read now; none when there is no such thing. */
  resourceTags(id: string): Promise<Tags>;
}

/**
 * Rules of other groups that name the environment's: those of the default group of the environment's own VPC may be
 * revoked, since the group is deleted with the VPC; all others are somebody else's.
 */
export async function sortReferences(
  found: readonly Finding[],
  own: { environment: string; project: string },
  ports: ReferencePorts,
): Promise<{ revocable: GroupReference[]; foreign: GroupReference[] }> {
  const present = found.filter(({ status, proof }) => status === 'PRESENT' && proof !== undefined);
  const ids = (type: string) => new Set(present.filter((one) => one.type === type).map(({ id }) => id));
  const [groups, vpcs] = [ids('security-group'), ids('vpc')];
  if (groups.size === 0) return { revocable: [], foreign: [] };
  const rules = (await ports.references([...groups])).filter(({ group }) => !groups.has(group));
  const ownVpcs = new Set<string>();
  for (const vpc of new Set(rules.map((rule) => rule.vpc))) {
    if (vpcs.has(vpc) && isTagged(await ports.resourceTags(vpc), own)) ownVpcs.add(vpc);
  }
  const isRevocable = ({ name, vpc, tags }: GroupReference) =>
    name === 'default' && ownVpcs.has(vpc) && foreignTags(tags, own) === undefined;
  return { revocable: rules.filter(isRevocable), foreign: rules.filter((rule) => !isRevocable(rule)) };
}

/** Why the environment's group cannot be deleted, and what to do. */
export function describeReference(
  { group, names, tags, name, vpc }: GroupReference,
  { environment }: { environment: string },
): string {
  const owner = tags.environment && tags.environment !== environment ? ` of environment ${tags.environment}` : '';
  return `a rule of ${name} (${group}, ${vpc})${owner} names ${names}, which cannot be deleted before its owner removes the rule: aws ec2 describe-security-groups --group-ids ${group}`;
}
