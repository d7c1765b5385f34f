import { isHidden, type PlannedChange, type Remark } from '../contracts/plan.ts';
import { whyDangerous } from './policy.ts';

/**
 * What somebody should think about before it is applied: data that is lost, a door that is opened to the world, power
 * that is given without a limit, a guard that is taken away, a resource that Terraform forgets. Everything else that is
 * destroyed or made anew is listed as such, and can be had again.
 */

type Values = Readonly<Record<string, unknown>>;

interface Judged {
  address: string;
  type: string;
  actions: readonly string[];
  /** Empty for what is not there. */
  before: Values;
  after: Values;
  /** Ports on which internet-facing load balancers listen, which are for the world. */
  open: ReadonlySet<unknown>;
}

/** Types whose resources hold what cannot be made again. */
const DATA =
  /^aws_(db_instance|db_snapshot|rds_cluster|docdb_cluster|neptune_cluster|redshift_cluster|dynamodb_table|elasticache_\w+|opensearch_domain|s3_bucket|efs_file_system|ebs_volume|sqs_queue|kinesis_stream|ecr_repository|cloudwatch_log_group|secretsmanager_secret|kms_key|backup_vault)$/;
/** Attributes that hold policies, whatever they are about. */
const POLICIES = ['policy', 'assume_role_policy'] as const;
const ADMINISTRATORS = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;
const WORLD = new Set<unknown>(['0.0.0.0/0', '::/0']);
/** Attributes that protect while they are true. */
const GUARDS = [
  'deletion_protection',
  'deletion_protection_enabled',
  'enable_deletion_protection',
  'storage_encrypted',
  'block_public_acls',
  'block_public_policy',
  'ignore_public_acls',
  'restrict_public_buckets',
] as const;

const RULES: readonly ((judged: Judged) => string | undefined)[] = [
  ({ type, actions }) => {
    if (!DATA.test(type) || !actions.includes('delete')) return undefined;
    return actions.includes('create') ? 'is made anew, and what it holds is lost' : 'is destroyed with what it holds';
  },
  ({ actions }) => (actions.includes('forget') ? 'is forgotten: it stays, and no teardown takes it away' : undefined),
  ({ type, after, open }) => (isOpen(type, after, open) ? 'lets the world in' : undefined),
  ({ after }) => (after.publicly_accessible === true ? 'is reachable from the internet' : undefined),
  ({ before, after }) => {
    const lost = GUARDS.find((name) => before[name] === true && after[name] === false);
    return lost && `loses ${lost}`;
  },
  ({ after }) => (after.storage_encrypted === false ? 'is not encrypted' : undefined),
  ({ type, actions }) =>
    type === 'aws_s3_bucket_public_access_block' && actions.join() === 'delete'
      ? 'no longer keeps the public out'
      : undefined,
  ({ before, after }) =>
    before.permissions_boundary && 'permissions_boundary' in after && !after.permissions_boundary
      ? 'loses its permissions boundary'
      : undefined,
  ({ after }) => (ADMINISTRATORS.test(String(after.policy_arn ?? '')) ? `gives ${after.policy_arn}` : undefined),
  ({ after }) => {
    for (const name of POLICIES) {
      const why = typeof after[name] === 'string' && after[name] !== '' ? whyDangerous(after[name]) : undefined;
      if (why) return why;
    }
    return undefined;
  },
];

/** What is dangerous in a plan, each with the first reason that there is. */
export function dangersOf(changes: readonly PlannedChange[]): Remark[] {
  const open = publicPorts(changes);
  return changes.filter(isChanged).flatMap(({ address, type, change }) => {
    const { actions, before, after } = change;
    const judged = { address, type, actions, before: before ?? {}, after: after ?? {}, open };
    const why = RULES.map((rule) => rule(judged)).find((one) => one !== undefined);
    return why ? [{ address, why }] : [];
  });
}

const isOf =
  (...types: string[]) =>
  ({ type }: PlannedChange) =>
    types.includes(type);

/**
 * A listener names its load balancer by an ARN, which is known only when it is applied: then all load balancers of the plan have to be
 * internet-facing, as they are by default. A listener of a Gateway Load Balancer has no port.
 */
function publicPorts(changes: readonly PlannedChange[]): ReadonlySet<unknown> {
  const loadBalancers = changes.filter(isOf('aws_lb', 'aws_alb')).filter(({ change }) => change.after);
  const ports = changes.filter(isOf('aws_lb_listener', 'aws_alb_listener')).flatMap(({ change: { after } }) => {
    const arn = after?.load_balancer_arn;
    const own =
      typeof arn === 'string' ? loadBalancers.filter(({ change }) => change.after?.arn === arn) : loadBalancers;
    return typeof after?.port === 'number' && own.length > 0 && own.every(isInternetFacing) ? [after.port] : [];
  });
  return new Set(ports);
}

function isInternetFacing({ change: { after }, configured }: PlannedChange): boolean {
  return after?.internal === false || (after?.internal !== true && !configured?.includes('internal'));
}

/** What could be dangerous, and is known only when it is applied, or hidden. */
export function unknownIn(changes: readonly PlannedChange[]): Remark[] {
  return changes.filter(isChanged).flatMap(({ address, type, change }) => {
    const unknown = change.after_unknown;
    const name = POLICIES.find((one) => typeof unknown === 'object' && unknown?.[one] === true);
    if (name) return [{ address, why: `has a ${name} that is known only when it is applied` }];
    const after = change.after ?? {};
    const hides = isHidden(after.ingress) || doorsOf(type, after).some((door) => sourcesOf(door).some(isHidden));
    return hides
      ? [{ address, why: 'lets in whom it does not show, since that is sensitive: it may be the world' }]
      : [];
  });
}

export function isChanged({ change }: PlannedChange): boolean {
  return !change.actions.every((action) => action === 'no-op' || action === 'read');
}

function isOpen(type: string, after: Values, open: ReadonlySet<unknown>): boolean {
  return doorsOf(type, after).some((door) => {
    const one = door.from_port === door.to_port && open.has(door.from_port);
    return sourcesOf(door).some((cidr) => WORLD.has(cidr)) && !one;
  });
}

/** A rule of its own, one of the older kind, or those inside a group. One value that is sensitive hides all that are inside. */
function doorsOf(type: string, after: Values): Values[] {
  if (type === 'aws_security_group') return Array.isArray(after.ingress) ? after.ingress : [];
  const isRule =
    type === 'aws_vpc_security_group_ingress_rule' ||
    (type === 'aws_security_group_rule' && (after.type === 'ingress' || isHidden(after.type)));
  return isRule ? [after] : [];
}

const sourcesOf = (door: Values): unknown[] =>
  [door.cidr_ipv4, door.cidr_ipv6, door.cidr_blocks, door.ipv6_cidr_blocks].flat();
