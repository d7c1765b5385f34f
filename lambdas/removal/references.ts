import type { Finding } from '../contracts/contracts.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';
import type { Tags } from './unmanaged-rules.ts';

/** Describes a rule of one security group that names another group, which EC2 then does not delete. */
export interface GroupReference {
  group: string;
  name: string;
  vpc: string;
  tags: Tags;
  /** The rule names this group. */
  names: string;
  isEgress: boolean;
  protocol: string;
  from?: number;
  to?: number;
  /** The id of the rule is present where one of the environment's groups has the rule. */
  rule?: string;
}

/** Describes a rule of one of the environment's groups that names another one of them. */
export type OwnRule = Required<Pick<GroupReference, 'rule' | 'group' | 'names' | 'isEgress'>>;

export interface ReferencePorts {
  references(groups: readonly string[]): Promise<GroupReference[]>;
  /** Returns the rules of these groups that name another one of them. */
  ownRules(groups: readonly string[]): Promise<OwnRule[]>;
  /** Returns a function that says whether the destroy waits for a rule, by Terraform's state as it is now. */
  holdsUp(): Promise<(rule: OwnRule) => boolean>;
  /** Reads the tags now. The result is empty when the resource does not exist. */
  resourceTags(id: string): Promise<Tags>;
}

/**
 * Returns the rules that prevent the deletion of the environment's groups. Two kinds may be revoked. The first are
 * rules of the default group of the environment's own VPC, which is deleted with the VPC. The second are rules that
 * Terraform's state does not list, in a group that the state lists, that the inventory or its tags prove, and that has
 * the environment's tags now. All other rules belong to somebody else.
 */
export async function sortReferences(
  found: readonly Finding[],
  own: { environment: string; project: string },
  ports: ReferencePorts,
): Promise<{ revocable: GroupReference[]; foreign: GroupReference[] }> {
  const present = found.filter(({ status, proof }) => status === 'PRESENT' && proof !== undefined);
  const ofType = (type: string) => present.filter((one) => one.type === type);
  const [groups, vpcs] = [ofType('security-group'), new Set(ofType('vpc').map(({ id }) => id))];
  if (groups.length === 0) return { revocable: [], foreign: [] };
  const ids = new Set(groups.map(({ id }) => id));
  const all = await ports.references([...ids]);
  const rules = all.filter(({ group }) => !ids.has(group));
  const ownVpcs = new Set<string>();
  for (const vpc of new Set(rules.map((rule) => rule.vpc))) {
    if (vpcs.has(vpc) && isTagged(await ports.resourceTags(vpc), own)) ownVpcs.add(vpc);
  }
  const proven = new Set(groups.filter(({ proof }) => proof === 'tags' || proof === 'inventory').map(({ id }) => id));
  const isRevocable = ({ group, name, vpc, tags, rule }: GroupReference) =>
    rule === undefined
      ? name === 'default' && ownVpcs.has(vpc) && foreignTags(tags, own) === undefined
      : proven.has(group) && isTagged(tags, own);
  const inTheWay = [
    ...rules,
    ...(await heldUp(
      all.filter(({ group }) => ids.has(group)),
      ids,
      ports,
    )),
  ];
  return { revocable: inTheWay.filter(isRevocable), foreign: inTheWay.filter((rule) => !isRevocable(rule)) };
}

/** Returns the rules for which the destroy waits, each with its id. */
async function heldUp(
  rules: readonly GroupReference[],
  groups: ReadonlySet<string>,
  ports: ReferencePorts,
): Promise<GroupReference[]> {
  if (rules.length === 0) return [];
  const holdsUp = await ports.holdsUp();
  return (await ports.ownRules([...groups])).filter(holdsUp).flatMap((one) => {
    const about = rules.find(
      ({ group, names, isEgress }) => group === one.group && names === one.names && isEgress === one.isEgress,
    );
    return about ? [{ ...about, rule: one.rule }] : [];
  });
}

/** Says why the environment's group cannot be deleted, and what to do. */
export function describeReference(
  { group, names, tags, name, vpc }: GroupReference,
  { environment }: { environment: string },
): string {
  const owner = tags.environment && tags.environment !== environment ? ` of environment ${tags.environment}` : '';
  return `a rule of ${name} (${group}, ${vpc})${owner} names ${names}, which cannot be deleted before its owner removes the rule: aws ec2 describe-security-groups --group-ids ${group}`;
}
