import type { Finding } from '../contracts/contracts.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';

/** Tags as the resource's own service tells them. */
export type Tags = Record<string, string>;

/** Where and for whom something is removed. */
export interface RemovalScope {
  /** `aws`, `aws-cn`, … */
  partition: string;
  region: string;
  accountId: string;
}

/** How one type of resource is told apart and removed. */
export interface UnmanagedKind {
  /** AWS makes it by itself for something else, and takes it along when that goes. */
  byproduct?: true;
  /** It is made without tags, or can have none: an exact name that nobody else can claim has to do. */
  bornUntagged?: true;
  /** GuardDuty makes such things in a VPC, tagged `GuardDutyManaged=true`, and deletes none of them. */
  byGuardDuty?: true;
  /** VPCs whose network its removal changes: it is attached to them, or routes for their subnets. */
  servedVpcs?(id: string): Promise<string[]>;
  /** Rejects with the service's own error while something stands in the way. */
  remove(resource: Finding, scope: RemovalScope): Promise<void>;
}

/** Interfaces, by what EC2 says of them, that go with a resource of Terraform's state: of ELB, RDS, ECS, NAT and endpoints. */
const GOES_WITH_ITS_OWNER =
  /, (ELB |RDSNetworkInterface|arn:[a-z-]+:ecs:|Interface for NAT Gateway|VPC Endpoint Interface)/;

/** Why something in the environment's VPC will keep the destroy waiting; undefined when it will not. */
export function whyItHolds({ type, proof, reason }: Pick<Finding, 'type' | 'proof' | 'reason'>): string | undefined {
  if (type !== 'network-interface' || proof !== 'vpc' || GOES_WITH_ITS_OWNER.test(reason)) return undefined;
  return reason.includes('AWS Lambda VPC ENI')
    ? `Lambda lets go of it up to 45 minutes after its function is gone, and its subnet cannot be deleted before (${reason})`
    : `its subnet cannot be deleted before it is (${reason})`;
}

/** What uses others goes before what it uses; what is not in this list comes last. */
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
 * Why something must stay, undefined when it is the environment's own beyond doubt: by both of its tags; or, without any,
 * by the inventory of the run; or, for what is made without tags, by an exact name that no other environment can claim;
 * or, for what GuardDuty makes, by the environment's VPC around it.
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
  // GuardDuty leaves these behind in the environment's own VPC, which cannot be deleted before.
  if (proof === 'vpc' && kind.byGuardDuty && tags.GuardDutyManaged === 'true') return undefined;
  if (proof === 'inventory' || (proof === 'name' && kind.bornUntagged)) return undefined;
  return 'it is not tagged as the environment’s, and its name alone proves nothing';
}
