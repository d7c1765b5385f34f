import type { Finding } from '../shared/contracts.ts';

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
export interface StrayKind {
  /** AWS makes it by itself for something else, and takes it along when that goes. */
  byproduct?: true;
  /** It is made without tags, or can have none, so its name has to do. */
  bornUntagged?: true;
  /** Its name, where that is not its id. */
  nameOf?(id: string): string;
  /** Read now, from its own service; undefined when it is gone. Absent for what can have no tags. */
  tags?(stray: Finding, scope: RemovalScope): Promise<Tags | undefined>;
  /** Rejects with the service's own error while something stands in the way. */
  remove(stray: Finding, scope: RemovalScope): Promise<void>;
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

export function inOrder(strays: readonly Finding[]): Finding[] {
  const rank = ({ type }: Finding) => (ORDER.includes(type) ? ORDER.indexOf(type) : ORDER.length);
  return [...strays].sort((one, other) => rank(one) - rank(other));
}

export interface Ownership {
  environment: string;
  project: string;
  owns(name: string): boolean;
}

/**
 * Why something must stay, undefined when it is the environment's own beyond doubt: by both of its tags, or, for what
 * is made without any, by a name that is built from the environment's prefix.
 */
export function whyNotOurs(stray: Finding, kind: StrayKind, tags: Tags, own: Ownership): string | undefined {
  const wanted = { project: own.project, environment: own.environment };
  const wrong = Object.entries(wanted).filter(([key, value]) => tags[key] !== value);
  if (wrong.length === 0) return undefined;
  const foreign = wrong.filter(([key]) => tags[key] !== undefined);
  if (foreign.length > 0) {
    return `it is tagged ${foreign.map(([key]) => `${key}=${tags[key]}`).join(', ')}`;
  }
  if (wrong.length < Object.keys(wanted).length) return `it has no tag ${wrong.map(([key]) => key).join(', ')}`;
  const name = kind.nameOf?.(stray.id) ?? stray.id;
  if (!kind.bornUntagged) return 'it is not tagged as the environment’s, and its name alone proves nothing';
  return own.owns(name) ? undefined : `it has no tags, and ${name} is not a name of the environment’s`;
}
