import type { Others, Place } from './resource-arns.ts';
import type { Requirement } from './row.ts';

/** What AWS asks the caller for beside the action that is called: roles that are passed, roles of services, keys, what is scaled. */

type Values = Readonly<Record<string, unknown>>;
type Planned = { type: string; values: Values };

export interface Elsewhere {
  resources: string[];
  /** Condition keys of this call, beside those that the resource has. */
  context?: Readonly<Record<string, readonly string[]>>;
  /** Why a denial by the role's own policies does not mean that AWS denies it. */
  doubt?: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const given = (value: unknown): boolean => value !== null && value !== undefined && value !== '' && value !== false;

/** Attributes that name the role which a type passes, and to which service. */
const PASSES: Readonly<Record<string, readonly [service: string, attributes: readonly string[]]>> = {
  aws_ecs_task_definition: ['ecs-tasks.amazonaws.com', ['execution_role_arn', 'task_role_arn']],
  aws_lambda_function: ['lambda.amazonaws.com', ['role']],
  aws_sfn_state_machine: ['states.amazonaws.com', ['role_arn']],
  aws_cloudwatch_event_target: ['events.amazonaws.com', ['role_arn']],
  aws_instance: ['ec2.amazonaws.com', ['iam_instance_profile']],
  aws_iam_instance_profile: ['ec2.amazonaws.com', ['role']],
};

/** Services that make a role for themselves at the first use of a type in an account. */
const LINKED: Readonly<Record<string, string>> = {
  aws_ecs_cluster: 'ecs.amazonaws.com',
  aws_lb: 'elasticloadbalancing.amazonaws.com',
  aws_db_instance: 'rds.amazonaws.com',
  aws_db_subnet_group: 'rds.amazonaws.com',
  aws_efs_file_system: 'elasticfilesystem.amazonaws.com',
};
const SCALED_BY: Readonly<Record<string, string>> = {
  ecs: 'ecs',
  dynamodb: 'dynamodb',
  rds: 'rds',
  lambda: 'lambda-concurrency',
};

/** Service that uses a key for a type, as `kms:ViaService` has it. */
const VIA: Readonly<Record<string, string>> = {
  aws_db_instance: 'rds',
  aws_lambda_function: 'lambda',
  aws_efs_file_system: 'elasticfilesystem',
};

/** Undefined where the plan does not say on what it is asked. */
export function elsewhere(
  requirement: Requirement,
  planned: Planned,
  place: Place,
  others: Others,
): Elsewhere | undefined {
  const [action = ''] = requirement.split(' ');
  if (action === 'iam:PassRole') return passedRole(planned, place, others);
  if (action === 'iam:CreateServiceLinkedRole') return linkedRole(planned, place);
  if (action === 'iam:AttachRolePolicy') return attached(planned, place, others);
  if (action === 'route53:ChangeResourceRecordSets' && planned.type === 'aws_route53_record')
    return records(planned, place);
  if (OF_MAPPING.test(action)) return mapping(action, planned, place, others);
  if (action.startsWith('kms:') && planned.type in VIA) return key(action, planned, place);
  if (planned.type.startsWith('aws_appautoscaling_')) return scaled(requirement, planned, place);
  if (action.startsWith('secretsmanager:') && planned.type === 'aws_db_instance')
    return { resources: [`arn:${place.partition}:secretsmanager:${place.region}:${place.accountId}:secret:rds!db-x`] };
  return undefined;
}

/** The role may change some records of a zone. The provider completes a name that does not end with that of its zone. */
function records({ values }: Planned, { partition }: Place): Elsewhere {
  const [zone, name] = [text(values.zone_id), text(values.fqdn) ?? text(values.name)];
  if (!zone || !name) return { resources: [] };
  return {
    resources: [`arn:${partition}:route53:::hostedzone/${zone}`],
    context: { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name.toLowerCase().replace(/\.$/, '')] },
    ...(text(values.fqdn) || name.endsWith('.') ? {} : { doubt: 'unless the name of its zone completes it' }),
  };
}

const OF_MAPPING = /^lambda:(Create|Get|Update|Delete)EventSourceMapping$/;

/** A mapping is known by an id, and limited by its function. Without resources, the plan does not say which one. */
function mapping(action: string, { values }: Planned, place: Place, others: Others): Elsewhere {
  const name = text(values.function_name) ?? text(others.parent('function_name', 'aws_lambda_function')?.function_name);
  if (!name) return { resources: [] };
  const own = `arn:${place.partition}:lambda:${place.region}:${place.accountId}`;
  return {
    resources: [action === 'lambda:CreateEventSourceMapping' ? '*' : `${own}:event-source-mapping:x`],
    context: { 'lambda:FunctionArn': [name.startsWith('arn:') ? name : `${own}:function:${name}`] },
  };
}

function passedRole({ type, values }: Planned, { partition, accountId }: Place, others: Others): Elsewhere | undefined {
  const [service, attributes] = PASSES[type] ?? [];
  if (!service || !attributes) return undefined;
  const roleArn = (name: string) => `arn:${partition}:iam::${accountId}:role/${name}`;
  const known = attributes.flatMap((attribute) => text(values[attribute]) ?? []);
  const named = type === 'aws_instance' ? [] : known.map((one) => (one.startsWith('arn:') ? one : roleArn(one)));
  // A role that is yet to be made has no ARN: it is one of those in the plan.
  const resources = named.length > 0 ? named : others.all('aws_iam_role', 'name').map(roleArn);
  return resources.length > 0 ? { resources, context: { 'iam:PassedToService': [service] } } : undefined;
}

function attached({ values }: Planned, { partition, accountId }: Place, others: Others): Elsewhere | undefined {
  const role = text(values.role) ?? others.only('aws_iam_role', 'name');
  const own = others.all('aws_iam_policy', 'name').map((name) => `arn:${partition}:iam::${accountId}:policy/${name}`);
  const policy = text(values.policy_arn) ?? own[0];
  if (!role || !policy) return undefined;
  return {
    resources: [`arn:${partition}:iam::${accountId}:role/${role}`],
    context: { 'iam:PolicyARN': [policy] },
  };
}

function linkedRole({ type, values }: Planned, { partition, accountId }: Place): Elsewhere | undefined {
  const scaled = SCALED_BY[text(values.service_namespace) ?? ''];
  const service = scaled ? `${scaled}.application-autoscaling.amazonaws.com` : LINKED[type];
  if (!service) return undefined;
  return {
    resources: [`arn:${partition}:iam::${accountId}:role/aws-service-role/${service}/AWSServiceRole`],
    context: { 'iam:AWSServiceName': [service] },
    doubt: `and is needed only where the account has no role of ${service} yet`,
  };
}

/** A key has a policy of its own, which may allow it, and which IAM's simulator does not read. */
function key(
  action: string,
  { type, values }: Planned,
  { partition, region, accountId }: Place,
): Elsewhere | undefined {
  const own = text(values.kms_key_id) ?? text(values.kms_key_arn) ?? text(values.master_user_secret_kms_key_id);
  // The key that AWS manages for a service allows it to whoever may use the service.
  if (!own) {
    const isOwn = given(values.kms_key_id) || given(values.kms_key_arn);
    if (isOwn || action !== 'kms:DescribeKey') return undefined;
    return { resources: [`arn:${partition}:kms:${region}:${accountId}:key/x`] };
  }
  return {
    resources: [own.startsWith('arn:') ? own : `arn:${partition}:kms:${region}:${accountId}:key/${own}`],
    context: { 'kms:ViaService': [`${VIA[type]}.${region}.amazonaws.com`], 'kms:GrantIsForAWSResource': ['true'] },
    doubt: 'unless the policy of the key allows it',
  };
}

/** Application Auto Scaling tries the rights of its caller on the service of ECS, and on alarms of a name that it chooses. */
function scaled(
  requirement: Requirement,
  { values }: Planned,
  { partition, region, accountId }: Place,
): Elsewhere | undefined {
  const [action = '', pattern] = requirement.split(' ');
  const [kind, cluster, service] = (text(values.resource_id) ?? '').split('/');
  const at = (name: string, resource: string) => `arn:${partition}:${name}:${region}:${accountId}:${resource}`;
  if (kind !== 'service' || !cluster || !service) return undefined;
  if (action.startsWith('ecs:')) return { resources: [at('ecs', `service/${cluster}/${service}`)] };
  if (pattern)
    return { resources: [at('cloudwatch', `alarm:TargetTracking-service/${cluster}/${service}-AlarmHigh-x`)] };
  return action === 'cloudwatch:DescribeAlarms' ? { resources: ['*'] } : undefined;
}
