import { describeError } from '../runtime/aws-errors.ts';
import { isOurs } from '../runtime/errors.ts';
import { foreignTags, isTagged } from '../sweep/attribute.ts';
import type { Obstacle } from './obstacles.ts';
import { commandAgainst } from './protections.ts';
import type { Tags } from './unmanaged-rules.ts';

/** Describes a user of a resource, because of which AWS refuses to delete the resource. */
export interface User {
  /** The value is the type's name in the sweeps. */
  type: string;
  id: string;
  name?: string;
  /** EC2 has this description of the interface. */
  description?: string;
  /** This service or account manages the user, and only it may delete the user. */
  requester?: string;
  /** This instance has the interface. */
  instance?: string;
  vpc?: string;
  /** The tags are undefined where the answer has none. */
  tags?: Tags;
}

/** Describes the environment that is torn down. */
export interface Own {
  environment: string;
  project: string;
  prefix: string;
  /** The ids are those of the resources that are torn down with the environment. */
  leaving: ReadonlySet<string>;
  /** These of them cannot be deleted now. */
  staying: Set<string>;
}

export interface Blockers {
  /** The kind says whether waiting helps, see `Obstacle`. */
  kind: Obstacle['kind'];
  /** The value is one sentence, or empty when nothing was found. */
  why: string;
}

export type ReadUsers = (type: string, id: string) => Promise<User[]>;

const NAMED = 5;

/** Finds out which users block a deletion, and whether waiting for them helps. */
export async function withBlockers(
  obstacle: Obstacle | undefined,
  { type, id }: { type: string; id: string },
  own: Own,
  users: ReadUsers,
): Promise<Obstacle | undefined> {
  if (!obstacle?.inUse) {
    const next = obstacle && commandAgainst(type, id, obstacle.why);
    return obstacle && next ? { ...obstacle, why: `${obstacle.why}. Next: ${next}` } : obstacle;
  }
  const { kind, why } = await findBlockers(type, id, own, users);
  return why === '' ? obstacle : { kind, why: `${obstacle.why}; ${why}` };
}

/** Describes the users of a resource, in one sentence with one command. */
export async function findBlockers(type: string, id: string, own: Own, users: ReadUsers): Promise<Blockers> {
  try {
    return describeBlockers(await users(type, id), own);
  } catch (error) {
    if (isOurs(error)) throw error;
    return { kind: 'passes', why: `it is not known what uses it: ${describeError(error)}` };
  }
}

export function describeBlockers(users: readonly User[], own: Own): Blockers {
  // A user for which a command helps comes first.
  const order: Obstacle['kind'][] = ['stays', 'managed', 'passes'];
  const judged = users.map((user) => judge(user, own)).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const [first] = judged;
  if (first === undefined) return { kind: 'passes', why: '' };
  const more = judged.length > NAMED ? ` and ${judged.length - NAMED} more` : '';
  return {
    kind: first.kind,
    why: `used by ${judged
      .slice(0, NAMED)
      .map(({ text }) => text)
      .join(', ')}${more}. Next: ${first.next}`,
  };
}

interface Judged {
  kind: Obstacle['kind'];
  text: string;
  next: string;
}

/**
 * The description of an interface says what it is for. A name in a command contains no character that is special in a
 * shell.
 */
const INTERFACES: readonly [description: RegExp, of: string, kind: Obstacle['kind'], look: string][] = [
  [
    /^AWS Lambda VPC ENI-([\w-]+)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
    'of the Lambda function $1; Lambda deletes it up to 45 minutes after the function is deleted',
    'passes',
    'aws lambda get-function-configuration --function-name $1',
  ],
  [
    /^ELB (?:app|net|gwy)\/([\w-]+)\//,
    'of the load balancer $1',
    'passes',
    'aws elbv2 describe-load-balancers --names $1',
  ],
  [
    /^ELB ([\w-]+)$/,
    'of the classic load balancer $1',
    'passes',
    'aws elb describe-load-balancers --load-balancer-names $1',
  ],
  [/^RDSNetworkInterface()$/, 'of RDS', 'passes', 'aws rds describe-db-instances'],
  [
    /^Interface for NAT Gateway (nat-[\da-f]+)$/,
    'of the NAT gateway $1',
    'passes',
    'aws ec2 describe-nat-gateways --nat-gateway-ids $1',
  ],
  [
    /^VPC Endpoint Interface (vpce-[\da-f]+)$/,
    'of the VPC endpoint $1',
    'managed',
    'aws ec2 describe-vpc-endpoints --vpc-endpoint-ids $1',
  ],
  [
    /^EFS mount target for (fs-[\da-f]+)/,
    'of the file system $1',
    'managed',
    'aws efs describe-mount-targets --file-system-id $1',
  ],
  [/^arn:[a-z-]+:ecs:[\w-]+:\d+:attachment\/([\da-f-]+)$/, 'of an ECS task', 'passes', 'aws ecs list-clusters'],
];

/** These commands show a user for which `INTERFACES` has no better one. */
const LOOK: Readonly<Record<string, string>> = {
  'network-interface': 'aws ec2 describe-network-interfaces --network-interface-ids',
  'security-group': 'aws ec2 describe-security-groups --group-ids',
  subnet: 'aws ec2 describe-subnets --subnet-ids',
  'internet-gateway': 'aws ec2 describe-internet-gateways --internet-gateway-ids',
  'vpc-endpoint': 'aws ec2 describe-vpc-endpoints --vpc-endpoint-ids',
  'load-balancer': 'aws elbv2 describe-load-balancers --load-balancer-arns',
  'db-instance': 'aws rds describe-db-instances --db-instance-identifier',
  'instance-profile': 'aws iam get-instance-profile --instance-profile-name',
  role: 'aws iam list-attached-role-policies --role-name',
  user: 'aws iam list-attached-user-policies --user-name',
  group: 'aws iam list-attached-group-policies --group-name',
  service: 'aws ecs describe-services --services',
  task: 'aws ecs describe-tasks --tasks',
};

function judge(user: User, own: Own): Judged {
  const { type, id, requester, instance } = user;
  const [use, of] = [user.description ?? '', interfaceOf(user)];
  const owner = whose(user, own);
  const about = [
    ...(user.name && user.name !== id ? [user.name] : []),
    ...(of ? [of.text] : use ? [`"${plain(use)}"`] : []),
    ...(requester && !of ? [`managed by ${plain(requester)}`] : []),
    ...(instance ? [`attached to ${instance}`] : []),
    ...(owner ? [owner] : []),
  ];
  return {
    kind: kindOf(user, of, own),
    text: `${type.replaceAll('-', ' ')} ${id}${about.length > 0 ? ` (${about.join('; ')})` : ''}`,
    next: isDefaultGroup(user)
      ? `npx runbook teardown ${own.environment}, which revokes the rules of the default group of the environment's own VPC`
      : (of?.look ?? `${LOOK[type] ?? `look for this ${type}:`} ${id}`),
  };
}

interface Interface {
  id: string;
  text: string;
  kind: Obstacle['kind'];
  look: string;
}

function interfaceOf({ type, description = '' }: User): Interface | undefined {
  if (type !== 'network-interface') return undefined;
  for (const [pattern, of, kind, look] of INTERFACES) {
    const id = pattern.exec(description)?.[1];
    const fill = (text: string) => text.replace('$1', () => id ?? '');
    if (id !== undefined) return { id, text: fill(of), kind, look: fill(look) };
  }
  return undefined;
}

function kindOf(user: User, of: Interface | undefined, own: Own): Obstacle['kind'] {
  const names = [user.id, user.name, of?.id].filter((name) => name !== undefined);
  if (names.some((name) => own.staying.has(name))) return 'stays';
  if (names.some((name) => own.leaving.has(name)) || isTagged(user.tags, own)) return 'passes';
  if (isDefaultGroup(user) && user.vpc !== undefined && own.leaving.has(user.vpc)) return 'passes';
  if (foreignTags(user.tags, own) !== undefined) return 'stays';
  // The name decides only whether to wait, and not to whom the user belongs.
  if (names.some((name) => name.startsWith(`${own.prefix}-`) || name.includes(`/${own.prefix}-`))) return 'passes';
  return of?.kind ?? (user.requester ? 'managed' : 'stays');
}

function whose({ tags }: User, own: Own): string | undefined {
  const foreign = foreignTags(tags, own);
  if (foreign === undefined) return undefined;
  return tags?.environment && tags.environment !== own.environment
    ? `of environment ${plain(tags.environment)}, whose owner has to remove it`
    : `tagged ${plain(foreign)}`;
}

const isDefaultGroup = ({ type, name }: User) => type === 'security-group' && name === 'default';

/** Returns a text that somebody else wrote as one line for a message. */
function plain(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 120);
}
