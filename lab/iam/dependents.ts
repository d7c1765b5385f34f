import type { AwsRequest } from '../service.ts';
import type { Access, Place } from './access.ts';
import { text } from './parameters.ts';

/** A service requires these permissions of its caller, besides the action that was called. */

/**
 * The tags in a call that creates something have to be allowed separately. Each row has the action, and the key that
 * names the call.
 */
const TAGGING: Readonly<Record<string, string>> = {
  'application-autoscaling': 'TagResource',
  cloudwatch: 'TagResource',
  dynamodb: 'TagResource',
  ecr: 'TagResource',
  ecs: 'TagResource',
  elasticloadbalancing: 'AddTags',
  events: 'TagResource',
  kms: 'TagResource',
  logs: 'TagResource',
  rds: 'AddTagsToResource',
  sns: 'TagResource',
  sqs: 'TagQueue',
};
const CREATE_ACTION: ReadonlySet<string> = new Set(['ecs', 'elasticloadbalancing']);

/** @param resources the resources of the call, with the one that it creates first */
export function tagOnCreate(
  service: string,
  operation: string,
  resources: readonly string[],
  requestTags: Access['context'],
): Access[] {
  // IAM has an action for each kind, such as `TagPolicy` for `CreatePolicy`.
  const tagging = service === 'iam' ? operation.replace(/^Create/, 'Tag') : TAGGING[service];
  if (!tagging || operation === tagging || !requestTags || Object.keys(requestTags).length === 0) return [];
  const context = { ...requestTags, ...(CREATE_ACTION.has(service) ? { [`${service}:CreateAction`]: operation } : {}) };
  return [{ action: `${service}:${tagging}`, resources: resources.slice(0, 1).map(made), context }];

  /** A listener is created in a load balancer, which is what the call names. */
  function made(resource: string): string {
    return operation === 'CreateListener' ? `${resource.replace(':loadbalancer/', ':listener/')}/*` : resource;
  }
}

/** Returns the permissions to pass the roles that a call gives to a service. */
export function passedRoles(service: string, operation: string, { params }: Pick<AwsRequest, 'params'>): Access[] {
  const given: [unknown, string][] = [];
  switch (`${service}:${operation}`) {
    case 'ecs:RegisterTaskDefinition':
      given.push([params.executionRoleArn, 'ecs-tasks.amazonaws.com'], [params.taskRoleArn, 'ecs-tasks.amazonaws.com']);
      break;
    case 'scheduler:CreateSchedule':
    case 'scheduler:UpdateSchedule':
      given.push([(params.Target as { RoleArn?: unknown } | undefined)?.RoleArn, 'scheduler.amazonaws.com']);
      break;
    case 'events:PutTargets':
      for (const { RoleArn } of (params.Targets ?? []) as { RoleArn?: unknown }[])
        given.push([RoleArn, 'events.amazonaws.com']);
      break;
    case 'rds:CreateDBInstance':
    case 'rds:ModifyDBInstance':
      given.push([params.MonitoringRoleArn, 'monitoring.rds.amazonaws.com']);
      break;
    case 'codebuild:StartBuild':
      given.push([params.serviceRoleOverride, 'codebuild.amazonaws.com']);
      break;
    case 'codebuild:CreateProject':
    case 'codebuild:UpdateProject':
      given.push([params.serviceRole, 'codebuild.amazonaws.com']);
      break;
    case 'lambda:CreateFunction':
    case 'lambda:UpdateFunctionConfiguration':
      given.push([params.Role, 'lambda.amazonaws.com']);
      break;
    case 'states:CreateStateMachine':
    case 'states:UpdateStateMachine':
      given.push([params.roleArn, 'states.amazonaws.com']);
      break;
    default:
  }
  return given.flatMap(([role, to]) => {
    const arn = text(role);
    return arn ? [{ action: 'iam:PassRole', resources: [arn], context: { 'iam:PassedToService': to } }] : [];
  });
}

export const CREATE_LINKED_ROLE = 'iam:CreateServiceLinkedRole';

/** The first use of each service in an account creates a role. The key is the call that does. */
const LINKED: Readonly<Record<string, [service: string, role: string]>> = {
  'ecs:CreateCluster': ['ecs.amazonaws.com', 'AWSServiceRoleForECS'],
  'elasticloadbalancing:CreateLoadBalancer': [
    'elasticloadbalancing.amazonaws.com',
    'AWSServiceRoleForElasticLoadBalancing',
  ],
  'rds:CreateDBInstance': ['rds.amazonaws.com', 'AWSServiceRoleForRDS'],
  'application-autoscaling:RegisterScalableTarget': [
    'ecs.application-autoscaling.amazonaws.com',
    'AWSServiceRoleForApplicationAutoScaling_ECSService',
  ],
};

/** ELB makes these calls on behalf of the caller that creates the first load balancer of an account. */
const FIRST_LOOKS = ['ec2:DescribeAccountAttributes', 'ec2:DescribeAddresses', 'ec2:DescribeInternetGateways'];

/** Returns the permissions that the first call of its kind in an account needs as well. */
export function linkedRole(action: string, { accountId }: Place): Access[] {
  const [service, role] = LINKED[action] ?? [];
  if (!service) return [];
  const looks = action === 'elasticloadbalancing:CreateLoadBalancer' ? FIRST_LOOKS : [];
  return [
    ...looks.map((look) => ({ action: look, resources: ['*'] })),
    {
      action: CREATE_LINKED_ROLE,
      resources: [`arn:aws:iam::${accountId}:role/aws-service-role/${service}/${role}`],
      context: { 'iam:AWSServiceName': service },
    },
  ];
}

/** RDS keeps the password of a new database in a secret of the caller's account. */
export function masterPassword(
  operation: string,
  { params }: Pick<AwsRequest, 'params'>,
  { region, accountId }: Place,
): Access[] {
  if (operation !== 'CreateDBInstance' || params.ManageMasterUserPassword !== 'true') return [];
  const secret = `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!db-*`;
  return [
    { action: 'secretsmanager:CreateSecret', resources: [secret] },
    { action: 'secretsmanager:TagResource', resources: [secret] },
    { action: 'kms:DescribeKey', resources: [`arn:aws:kms:${region}:${accountId}:key/*`] },
  ];
}
