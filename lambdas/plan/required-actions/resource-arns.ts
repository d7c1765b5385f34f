import type { Requirement } from './row.ts';

/**
 * This module determines the AWS resource on which an action for a planned resource is authorized, as far as the plan
 * contains its name.
 */

export interface Place {
  partition: string;
  region: string;
  accountId: string;
}
type Values = Readonly<Record<string, unknown>>;
/**
 * Returns the name without the beginning that the service has in an ARN, such as `queue/x`. The function returns
 * undefined when the plan does not contain the name.
 */
type Name = (values: Values, others: Others) => string | undefined;

/** The interface gives the names of the plan's other resources. */
export interface Others {
  /** Returns the name of the only resource of a type, or undefined when there is none or more than one. */
  only(type: string, attribute: string): string | undefined;
}

/** AWS chooses the ids of these resources. A policy's pattern with a literal id cannot match a new resource. */
const ID = '0123456789abcdef0';
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const last = (value: string) => value.split(/[/:]/).at(-1) ?? value;

const id =
  (kind: string): Name =>
  () =>
    `${kind}/${kind
      .split('-')
      .map(([letter]) => letter)
      .join('')}-${ID}`;
const named =
  (prefix: string, attribute = 'name', suffix = ''): Name =>
  (values) => {
    const name = text(values[attribute]);
    return name && `${prefix}${name}${suffix}`;
  };

function clusterOf({ cluster }: Values, others: Others): string | undefined {
  const own = text(cluster);
  return own ? last(own) : others.only('aws_ecs_cluster', 'name');
}

const role: Name = ({ name, path }) => (text(name) ? `role${text(path) ?? '/'}${String(name)}` : undefined);
const logGroup = named('log-group:', 'log_group_name');

/** Each type has the service and the name of the resource that it is, or is a part of. */
const OWN: Readonly<Record<string, readonly [service: string, name: Name]>> = {
  aws_vpc: ['ec2', id('vpc')],
  aws_subnet: ['ec2', id('subnet')],
  aws_internet_gateway: ['ec2', id('internet-gateway')],
  aws_route_table: ['ec2', id('route-table')],
  aws_route: ['ec2', id('route-table')],
  aws_route_table_association: ['ec2', id('route-table')],
  aws_security_group: ['ec2', id('security-group')],
  aws_vpc_security_group_egress_rule: ['ec2', id('security-group')],
  aws_vpc_security_group_ingress_rule: ['ec2', id('security-group')],
  aws_vpc_endpoint: ['ec2', id('vpc-endpoint')],
  aws_flow_log: ['ec2', id('vpc-flow-log')],
  aws_lb: [
    'elasticloadbalancing',
    ({ name, load_balancer_type: type }) =>
      text(name) && `loadbalancer/${type === 'network' ? 'net' : 'app'}/${String(name)}/${ID}`,
  ],
  aws_lb_target_group: ['elasticloadbalancing', named('targetgroup/', 'name', `/${ID}`)],
  aws_ecs_cluster: ['ecs', named('cluster/')],
  aws_ecs_cluster_capacity_providers: ['ecs', named('cluster/', 'cluster_name')],
  aws_ecs_service: [
    'ecs',
    (values, others) => {
      const [cluster, name] = [clusterOf(values, others), text(values.name)];
      return cluster && name && `service/${cluster}/${name}`;
    },
  ],
  aws_ecs_task_definition: ['ecs', named('task-definition/', 'family', ':1')],
  aws_db_instance: ['rds', named('db:', 'identifier')],
  aws_db_subnet_group: ['rds', named('subgrp:')],
  aws_db_parameter_group: ['rds', named('pg:')],
  aws_secretsmanager_secret: ['secretsmanager', named('secret:', 'name', '-a1b2C3')],
  aws_ecr_repository: ['ecr', named('repository/')],
  aws_appautoscaling_target: ['application-autoscaling', () => `scalable-target/${ID}`],
  aws_appautoscaling_policy: ['application-autoscaling', () => `scalable-target/${ID}`],
  aws_sqs_queue: ['sqs', named('')],
  aws_sns_topic: ['sns', named('')],
  aws_cloudwatch_event_rule: ['events', named('rule/')],
  aws_cloudwatch_event_target: ['events', named('rule/', 'rule')],
  aws_cloudwatch_log_group: ['logs', named('log-group:')],
  aws_cloudwatch_log_metric_filter: ['logs', logGroup],
  aws_cloudwatch_metric_alarm: ['cloudwatch', named('alarm:', 'alarm_name')],
  aws_cloudwatch_dashboard: ['cloudwatch', named('dashboard/', 'dashboard_name')],
  aws_iam_role: ['iam', role],
  aws_iam_role_policy: ['iam', named('role/', 'role')],
  aws_s3_bucket: ['s3', named('', 'bucket')],
  aws_dynamodb_table: ['dynamodb', named('table/')],
};

/**
 * Returns the parameter or option group that RDS assigns to an instance which names none:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
 */
function rdsDefault(pattern: string, { engine, engine_version: version, ...values }: Values): string | undefined {
  const name = text(engine);
  const parts = (text(version) ?? '').split('.');
  const major = (name === 'postgres' ? parts.slice(0, 1) : parts.slice(0, 2)).join('.');
  if (pattern === 'subgrp:*')
    return text(values.db_subnet_group_name) && `subgrp:${String(values.db_subnet_group_name)}`;
  if (!name || !major) return undefined;
  if (pattern.startsWith('pg:')) return text(values.parameter_group_name) ? undefined : `pg:default.${name}${major}`;
  return text(values.option_group_name) ? undefined : `og:default:${name}-${major.replaceAll('.', '-')}`;
}

/**
 * Returns the ARNs of which one has to be allowed. The list is empty when the plan does not contain the name.
 * @param requirement a requirement in the syntax of the table
 */
export function arnsOf(
  requirement: Requirement,
  { type, values }: { type: string; values: Values },
  place: Place,
  others: Others,
): string[] {
  const [action = '', pattern] = requirement.split(' ');
  const [service = '', operation = ''] = action.split(':');
  const [own, name] = OWN[type] ?? [];
  if (pattern !== undefined) {
    const resource = type === 'aws_db_instance' && service === 'rds' ? patternOf(pattern, values) : undefined;
    return resource ? [arnOf(service, resource, place)] : [];
  }
  // One service sends this request to another with the permissions of its caller.
  if (service !== own) {
    if (action === 'ec2:DescribeVpcAttribute') return [arnOf('ec2', `vpc/vpc-${ID}`, place)];
    return /^(Describe|List)/.test(operation) && service === 'ec2' ? ['*'] : [];
  }
  const resource = name?.(values, others);
  if (!resource) return [];
  if (service === 's3' && /Object(Version)?$/.test(operation)) return [`${arnOf(service, resource, place)}/x`];
  if (action === 'iam:RemoveRoleFromInstanceProfile')
    return [arnOf(service, resource.replace(/^role\//, 'instance-profile/'), place)];
  // The authorization reference and CloudWatch Logs itself write the ARN in two ways:
  // docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
  if (service === 'logs') return [arnOf(service, resource, place), arnOf(service, `${resource}:*`, place)];
  return [arnOf(service, resource, place), ...(/^(Describe|List)/.test(operation) ? ['*'] : [])];
}

function patternOf(pattern: string, values: Values): string | undefined {
  return pattern === 'db:*' ? 'db:x' : rdsDefault(pattern, values);
}

/** The ARNs of these services have no region. The value says whether they have an account. */
const GLOBAL: Readonly<Record<string, boolean>> = { iam: true, s3: false };

function arnOf(service: string, resource: string, { partition, region, accountId }: Place): string {
  const global = GLOBAL[service] ?? (service === 'cloudwatch' && resource.startsWith('dashboard/') ? true : undefined);
  if (global === undefined) return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  return `arn:${partition}:${service}::${global ? accountId : ''}:${resource}`;
}
