import type { PlannedChange, Remark } from '../contracts/plan.ts';
import { whyDangerous } from './policy.ts';

/**
 * This module lists what a person should consider before a plan is applied: data that is lost, access that is opened to
 * the whole internet, permissions without a limit, protection that is removed, and resources that Terraform forgets.
 * Everything else that is destroyed or replaced is listed as such, and can be created again.
 */

type Values = Readonly<Record<string, unknown>>;

interface Judged {
  address: string;
  type: string;
  actions: readonly string[];
  /**
   * The object is empty when the resource does not exist before the change, as `after` is when it does not exist
   * afterwards.
   */
  before: Values;
  after: Values;
  /** These are the ports of the listeners of internet-facing load balancers. They are meant to be public. */
  open: ReadonlySet<unknown>;
}

/** The resources of these types hold data that cannot be created again. */
const DATA =
  /^aws_(db_instance|db_snapshot|rds_cluster|docdb_cluster|neptune_cluster|redshift_cluster|dynamodb_table|elasticache_\w+|opensearch_domain|s3_bucket|efs_file_system|ebs_volume|sqs_queue|kinesis_stream|ecr_repository|cloudwatch_log_group|secretsmanager_secret|kms_key|backup_vault)$/;
/** These attributes hold policies, whatever the policies are about. */
const POLICIES = ['policy', 'assume_role_policy'] as const;
const ADMINISTRATORS = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;
const WORLD = new Set<unknown>(['0.0.0.0/0', '::/0']);
/** These attributes protect a resource while they are true. */
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

/** Lists the dangerous changes of a plan, each with the first reason that applies. */
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
 * Returns the ports on which internet-facing load balancers listen. A listener names its load balancer by an ARN. When
 * the ARN is known only after the apply, all load balancers of the plan have to be internet-facing, as they are by
 * default. A listener of a Gateway Load Balancer has no port.
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

/** Lists the changes that could be dangerous, and whose values are known only after the apply. */
export function unknownIn(changes: readonly PlannedChange[]): Remark[] {
  return changes.filter(isChanged).flatMap(({ address, change }) => {
    const unknown = change.after_unknown;
    const name = POLICIES.find((one) => typeof unknown === 'object' && unknown?.[one] === true);
    return name ? [{ address, why: `has a ${name} that is known only when it is applied` }] : [];
  });
}

export function isChanged({ change }: PlannedChange): boolean {
  return !change.actions.every((action) => action === 'no-op' || action === 'read');
}

/**
 * Reports whether a rule is open to the world. The rule is a resource of its own (of the new or the old type) or is
 * inside a group.
 */
function isOpen(type: string, after: Values, open: ReadonlySet<unknown>): boolean {
  const doors =
    type === 'aws_security_group'
      ? ((after.ingress ?? []) as Values[])
      : type === 'aws_vpc_security_group_ingress_rule' ||
          (type === 'aws_security_group_rule' && after.type === 'ingress')
        ? [after]
        : [];
  return doors.some((door) => {
    const from = [door.cidr_ipv4, door.cidr_ipv6, door.cidr_blocks, door.ipv6_cidr_blocks].flat();
    const one = door.from_port === door.to_port && open.has(door.from_port);
    return from.some((cidr) => WORLD.has(cidr)) && !one;
  });
}
