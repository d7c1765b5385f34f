import type { Finding } from '../contracts/contracts.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';

/** The tags are those that the resource's own service returns. */
export type Tags = Record<string, string>;

/** Describes the partition, region and account of a removal. */
export interface RemovalScope {
  /** The value is `aws`, `aws-cn`, and so on. */
  partition: string;
  region: string;
  accountId: string;
}

/** Describes how one type of resource is identified and removed. */
export interface UnmanagedKind {
  /** AWS creates the resource by itself for another one, and deletes both together. */
  byproduct?: true;
  /** The resource is created without tags, or can have none. An exact name that nobody else can claim is sufficient. */
  bornUntagged?: true;
  /** GuardDuty creates such resources in a VPC, with the tag `GuardDutyManaged=true`, and deletes none of them. */
  byGuardDuty?: true;
  /**
   * Returns the VPCs whose network the removal changes: the resource is attached to them, or their subnets route by it or
   * to it.
   */
  servedVpcs?(id: string): Promise<string[]>;
  /** Returns the names of the instance profiles out of which the removal takes the role. */
  profiles?(id: string): Promise<string[]>;
  /** Removes the resource. The promise rejects with the service's own error while something blocks it. */
  remove(resource: Finding, scope: RemovalScope): Promise<void>;
}

/**
 * These descriptions of EC2 are of interfaces that are deleted with a resource of Terraform's state: of ELB, RDS, ECS,
 * NAT and endpoints.
 */
const GOES_WITH_ITS_OWNER =
  /, (ELB |RDSNetworkInterface|arn:[a-z-]+:ecs:|Interface for NAT Gateway|VPC Endpoint Interface)/;

/**
 * Says why a resource in the environment's VPC will delay the destroy. The function returns undefined when it will not.
 */
export function whyItHolds({ type, proof, reason }: Pick<Finding, 'type' | 'proof' | 'reason'>): string | undefined {
  if (type !== 'network-interface' || proof !== 'vpc' || GOES_WITH_ITS_OWNER.test(reason)) return undefined;
  return reason.includes('AWS Lambda VPC ENI')
    ? `Lambda lets go of it up to 45 minutes after its function is gone, and its subnet cannot be deleted before (${reason})`
    : `its subnet cannot be deleted before it is (${reason})`;
}

/** A resource that uses others is removed before them. Types that are not in this list come last. */
const ORDER = [
  'scalable-target',
  'alarm',
  'dashboard',
  'rule',
  'service',
  'task',
  'load-balancer',
  'target-group',
  'db-instance',
  'cluster',
  'task-definition',
  'db-snapshot',
  'automated-backup',
  'cluster-automated-backup',
  'subnet-group',
  'parameter-group',
  'queue',
  'topic',
  'repository',
  'secret',
  'log-group',
  'role',
  'policy',
  'vpc-endpoint',
  'nat-gateway',
  'network-interface',
  'elastic-ip',
  'subnet',
  'route-table',
  'internet-gateway',
  'security-group',
  'vpc',
  'table',
  'bucket',
];

export function inOrder(unmanaged: readonly Finding[]): Finding[] {
  const rank = ({ type }: Finding) => (ORDER.includes(type) ? ORDER.indexOf(type) : ORDER.length);
  return [...unmanaged].sort((one, other) => rank(one) - rank(other));
}

/**
 * Says why a resource must stay. The function returns undefined when the resource certainly belongs to the environment.
 * The proof is both of its tags; or, without any, the inventory of the run; or, for what is created without tags, an
 * exact name that no other environment can claim; or, for what GuardDuty creates, the environment's VPC that contains
 * it.
 */
export function reasonNotOwned(
  { proof }: Pick<Finding, 'proof'>,
  kind: Pick<UnmanagedKind, 'bornUntagged' | 'byGuardDuty'>,
  tags: Tags,
  own: { environment: string; project: string },
): string | undefined {
  if (isTagged(tags, own)) return undefined;
  const foreign = foreignTags(tags, own);
  if (foreign !== undefined) return `it is tagged ${foreign}`;
  const missing = ['project', 'environment'].filter((key) => tags[key] === undefined);
  if (missing.length === 1) return `it has no tag ${missing[0]}`;
  // GuardDuty leaves these resources in the environment's own VPC, which cannot be deleted before them.
  if (proof === 'vpc' && kind.byGuardDuty && tags.GuardDutyManaged === 'true') return undefined;
  if (proof === 'inventory' || (proof === 'name' && kind.bornUntagged)) return undefined;
  return 'it is not tagged as the environment’s, and its name alone proves nothing';
}
