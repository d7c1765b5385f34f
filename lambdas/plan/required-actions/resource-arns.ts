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
  /** Names of all resources of a type. */
  all(type: string, attribute: string): string[];
  /** Values of the resource of a type that an attribute refers to, or of the only one of that type. */
  parent(attribute: string, type: string): Values | undefined;
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
  return own ? last(own) : text(others.parent('cluster', 'aws_ecs_cluster')?.name);
}

const role: Name = ({ name, path }) => (text(name) ? `role${text(path) ?? '/'}${String(name)}` : undefined);
/** What a resource is a part of: by its name, ARN or URL, or by what the configuration refers to when that is yet to be made. */
const part =
  (attribute: string, type: string, parentName = 'name'): Name =>
  (values, others) => {
    const known = text(values[attribute]);
    if (known?.startsWith('arn:')) return known.split(':').slice(5).join(':');
    const parent = known
      ? { [parentName]: /^https?:\/\//.test(known) ? last(known) : known }
      : others.parent(attribute, type);
    return parent && OWN[type]?.[1](parent, others);
  };

/** `listener/app/name/id/id`. */
const listener: Name = (values, others) => {
  const balancer = part('load_balancer_arn', 'aws_lb')(values, others);
  return balancer && `${balancer.replace(/^loadbalancer/, 'listener')}/${ID}`;
};
/** `listener-rule/app/name/id/id/id`. */
const listenerRule: Name = (values, others) => {
  const own = part('listener_arn', 'aws_lb_listener')(values, others);
  return own && `${own.replace(/^listener/, 'listener-rule')}/${ID}`;
};
const ofBucket = ['s3', part('bucket', 'aws_s3_bucket', 'bucket')] as const;
const ofQueue = ['sqs', part('queue_url', 'aws_sqs_queue')] as const;

const functionOf: Name = ({ function_name: name, qualifier }, others) => {
  const own = text(name) ?? text(others.parent('function_name', 'aws_lambda_function')?.function_name);
  return own && `function:${own.includes(':') ? last(own) : own}${text(qualifier) ? `:${String(qualifier)}` : ''}`;
};

/** Service and resource of what each type is, or is a part of. */
const OWN: Readonly<Record<string, readonly [service: string, name: Name]>> = {
  aws_vpc: ['ec2', id('vpc')],
  aws_subnet: ['ec2', id('subnet')],
  aws_internet_gateway: ['ec2', id('internet-gateway')],
  aws_route_table: ['ec2', id('route-table')],
  aws_route: ['ec2', id('route-table')],
  aws_route_table_association: ['ec2', id('route-table')],
  aws_security_group: ['ec2', id('security-group')],
  aws_security_group_rule: ['ec2', id('security-group')],
  aws_vpc_security_group_egress_rule: ['ec2', id('security-group')],
  aws_vpc_security_group_ingress_rule: ['ec2', id('security-group')],
  aws_vpc_endpoint: ['ec2', id('vpc-endpoint')],
  aws_flow_log: ['ec2', id('vpc-flow-log')],
  aws_lb: [
    'elasticloadbalancing',
    ({ name, load_balancer_type: type }) =>
      text(name) && `loadbalancer/${type === 'network' ? 'net' : 'app'}/${String(name)}/${ID}`,
  ],
  aws_lb_listener: ['elasticloadbalancing', listener],
  aws_lb_listener_rule: ['elasticloadbalancing', listenerRule],
  aws_lb_target_group: ['elasticloadbalancing', named('targetgroup/', 'name', `/${ID}`)],
  aws_ecs_cluster: ['ecs', named('cluster/')],
  aws_ecs_cluster_capacity_providers: ['ecs', part('cluster_name', 'aws_ecs_cluster')],
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
  aws_secretsmanager_secret_version: ['secretsmanager', part('secret_id', 'aws_secretsmanager_secret')],
  aws_ecr_repository: ['ecr', named('repository/')],
  aws_ecr_lifecycle_policy: ['ecr', part('repository', 'aws_ecr_repository')],
  aws_appautoscaling_target: ['application-autoscaling', () => `scalable-target/${ID}`],
  aws_appautoscaling_policy: ['application-autoscaling', () => `scalable-target/${ID}`],
  aws_sqs_queue: ['sqs', named('')],
  aws_sqs_queue_policy: ofQueue,
  aws_sqs_queue_redrive_allow_policy: ofQueue,
  aws_sns_topic: ['sns', named('')],
  aws_sns_topic_policy: ['sns', part('arn', 'aws_sns_topic')],
  // A subscription's ARN begins with its topic's.
  aws_sns_topic_subscription: ['sns', part('topic_arn', 'aws_sns_topic')],
  aws_cloudwatch_event_rule: ['events', named('rule/')],
  aws_cloudwatch_event_target: ['events', part('rule', 'aws_cloudwatch_event_rule')],
  aws_cloudwatch_log_group: ['logs', named('log-group:')],
  aws_cloudwatch_log_metric_filter: ['logs', part('log_group_name', 'aws_cloudwatch_log_group')],
  aws_cloudwatch_metric_alarm: ['cloudwatch', named('alarm:', 'alarm_name')],
  aws_cloudwatch_dashboard: ['cloudwatch', named('dashboard/', 'dashboard_name')],
  aws_nat_gateway: ['ec2', id('natgateway')],
  aws_eip: ['ec2', () => `elastic-ip/eipalloc-${ID}`],
  aws_instance: ['ec2', () => `instance/i-${ID}`],
  aws_lambda_function: ['lambda', named('function:', 'function_name')],
  aws_lambda_function_url: ['lambda', functionOf],
  aws_lambda_permission: ['lambda', functionOf],
  aws_lambda_alias: ['lambda', functionOf],
  aws_lambda_event_source_mapping: ['lambda', () => `event-source-mapping:${ID}`],
  aws_apigatewayv2_api: ['apigateway', () => '/apis/a1b2c3'],
  aws_apigatewayv2_integration: ['apigateway', () => '/apis/a1b2c3/integrations/x'],
  aws_apigatewayv2_route: ['apigateway', () => '/apis/a1b2c3/routes/x'],
  aws_apigatewayv2_stage: ['apigateway', () => '/apis/a1b2c3/stages/x'],
  // Each of their actions names its path.
  ...Object.fromEntries(
    [
      'rest_api',
      'resource',
      'method',
      'method_response',
      'integration',
      'integration_response',
      'deployment',
      'stage',
    ].map((part) => [`aws_api_gateway_${part}`, ['apigateway', () => '/restapis/a1b2c3']] as const),
  ),
  aws_sfn_state_machine: ['states', named('stateMachine:')],
  aws_cloudfront_distribution: ['cloudfront', () => 'distribution/E1A2B3C4D5'],
  aws_cloudfront_origin_access_control: ['cloudfront', () => 'origin-access-control/E1A2B3C4D5'],
  aws_cloudfront_origin_access_identity: ['cloudfront', () => 'origin-access-identity/E1A2B3C4D5'],
  aws_route53_zone: ['route53', () => 'hostedzone/Z0123456789'],
  aws_route53_record: ['route53', ({ zone_id: zone }) => `hostedzone/${text(zone) ?? 'Z0123456789'}`],
  aws_acm_certificate: ['acm', () => `certificate/${ID}`],
  aws_acm_certificate_validation: ['acm', () => `certificate/${ID}`],
  aws_kms_key: ['kms', () => `key/${ID}`],
  aws_kms_alias: ['kms', named('')],
  aws_efs_file_system: ['elasticfilesystem', () => `file-system/fs-${ID}`],
  aws_efs_mount_target: ['elasticfilesystem', () => `file-system/fs-${ID}`],
  aws_efs_access_point: ['elasticfilesystem', () => `access-point/fsap-${ID}`],
  aws_ssm_parameter: ['ssm', ({ name }) => text(name) && `parameter/${String(name).replace(/^\//, '')}`],
  aws_iam_policy: ['iam', ({ name, path }) => (text(name) ? `policy${text(path) ?? '/'}${String(name)}` : undefined)],
  aws_iam_role_policy_attachment: ['iam', part('role', 'aws_iam_role')],
  aws_iam_instance_profile: ['iam', named('instance-profile/')],
  aws_iam_openid_connect_provider: [
    'iam',
    ({ url }) => text(url) && `oidc-provider/${String(url).replace('https://', '')}`,
  ],
  aws_iam_user: ['iam', named('user/')],
  aws_iam_role: ['iam', role],
  aws_iam_role_policy: ['iam', part('role', 'aws_iam_role')],
  aws_s3_bucket: ['s3', named('', 'bucket')],
  aws_s3_object: ofBucket,
  aws_s3_bucket_acl: ofBucket,
  aws_s3_bucket_cors_configuration: ofBucket,
  aws_s3_bucket_lifecycle_configuration: ofBucket,
  aws_s3_bucket_logging: ofBucket,
  aws_s3_bucket_notification: ofBucket,
  aws_s3_bucket_ownership_controls: ofBucket,
  aws_s3_bucket_policy: ofBucket,
  aws_s3_bucket_public_access_block: ofBucket,
  aws_s3_bucket_server_side_encryption_configuration: ofBucket,
  aws_s3_bucket_versioning: ofBucket,
  aws_s3_bucket_website_configuration: ofBucket,
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
    if (service === 'apigateway') return [arnOf(service, pattern.replaceAll('*', 'x'), place)];
    if (type === 'aws_kms_alias')
      return [arnOf(service, pattern.startsWith('key/') ? `key/${ID}` : (name?.(values, others) ?? 'alias/x'), place)];
    const resource = type === 'aws_db_instance' && service === 'rds' ? patternOf(pattern, values) : undefined;
    return resource ? [arnOf(service, resource, place)] : [];
  }
  // One service sends this request to another with the permissions of its caller.
  if (service !== own) {
    if (action === 'ec2:DescribeVpcAttribute' || action === 'ec2:GetSecurityGroupsForVpc')
      return [arnOf('ec2', `vpc/vpc-${ID}`, place)];
    // It knows no resource.
    if (service === 'logs' && operation.endsWith('LogDelivery')) return ['*'];
    return /^(Describe|List)/.test(operation) && service === 'ec2' ? ['*'] : [];
  }
  const resource = name?.(values, others);
  if (!resource) return [];
  if (service === 's3' && /Object(Version)?$/.test(operation)) return [`${arnOf(service, resource, place)}/x`];
  if (action === 'elasticloadbalancing:CreateListener')
    return [arnOf(service, resource.replace(/^listener\/(.*)\/[^/]*$/, 'loadbalancer/$1'), place)];
  if (action === 'elasticloadbalancing:CreateRule')
    return [arnOf(service, resource.replace(/^listener-rule\/(.*)\/[^/]*$/, 'listener/$1'), place)];
  if (action === 'iam:RemoveRoleFromInstanceProfile')
    return [arnOf(service, resource.replace(/^role\//, 'instance-profile/'), place)];
  // Tags are asked for by the group's ARN, and all else with its streams: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
  const streams = service === 'logs' && !operation.includes('Tag') ? ':*' : '';
  return [`${arnOf(service, resource, place)}${streams}`, ...(/^(Describe|List)/.test(operation) ? ['*'] : [])];
}

function patternOf(pattern: string, values: Values): string | undefined {
  return pattern === 'db:*' ? 'db:x' : rdsDefault(pattern, values);
}

/** Services whose ARNs have no region, and of these no account. */
const GLOBAL: Readonly<Record<string, boolean>> = { iam: true, s3: false, cloudfront: true, route53: false };

function arnOf(service: string, resource: string, { partition, region, accountId }: Place): string {
  const global = GLOBAL[service] ?? (service === 'cloudwatch' && resource.startsWith('dashboard/') ? true : undefined);
  if (service === 'apigateway') return `arn:${partition}:${service}:${region}::${resource}`;
  if (global === undefined) return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  return `arn:${partition}:${service}::${global ? accountId : ''}:${resource}`;
}
