import type { AwsRequest } from '../service.ts';
import type { Access, Place } from './access.ts';
import { listed, text } from './parameters.ts';

/** Services read these resources, as their caller, before they accept a request. The caller needs these rights too. */

type Call = Pick<AwsRequest, 'params'>;

/** Returns the rights that a call needs beside its own action. */
export function validatedRights(service: string, operation: string, call: Call, place: Place): Access[] {
  switch (service) {
    case 'elasticloadbalancing':
      return securityGroups(operation, call, place);
    case 'rds':
      return databaseGroups(operation, call, place);
    case 'application-autoscaling':
      return scaledService(operation, call, place);
    default:
      return [];
  }
}

export const LISTS_SECURITY_GROUPS: ReadonlySet<string> = new Set(['CreateLoadBalancer', 'SetSecurityGroups']);

/** Elastic Load Balancing asks EC2 which security groups may be used in the VPC. The account has the VPC. */
function securityGroups(operation: string, { params }: Call, { region, accountId }: Place): Access[] {
  if (!LISTS_SECURITY_GROUPS.has(operation) || listed(params, 'SecurityGroups').length === 0) return [];
  const vpc = `arn:aws:ec2:${region}:${accountId}:vpc/${text(params.VpcId) ?? '*'}`;
  return [{ action: 'ec2:GetSecurityGroupsForVpc', resources: [vpc] }];
}

/**
 * An instance uses a parameter group and an option group, named or not, and is authorized on both:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples-create-and-modify-examples.html
 */
function databaseGroups(operation: string, { params }: Call, { region, accountId }: Place): Access[] {
  const engine = text(params.Engine);
  if (operation !== 'CreateDBInstance' || !engine) return [];
  const parts = (text(params.EngineVersion) ?? '').split('.');
  // The name is `postgres17`, but `mysql8.4`.
  const version = (engine === 'postgres' ? parts.slice(0, 1) : parts.slice(0, 2)).join('.') || '*';
  const defaults = [
    ...(text(params.DBParameterGroupName) ? [] : [`pg:default.${engine}${version}`]),
    ...(text(params.OptionGroupName) ? [] : [`og:default:${engine}-${version.replaceAll('.', '-')}`]),
  ];
  return defaults.map((one) => ({
    action: 'rds:CreateDBInstance',
    resources: [`arn:aws:rds:${region}:${accountId}:${one}`],
  }));
}

const VALIDATED: ReadonlySet<string> = new Set(['RegisterScalableTarget', 'PutScalingPolicy', 'DeleteScalingPolicy']);

/**
 * Application Auto Scaling tries the caller's rights on the service that is scaled and on CloudWatch:
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 */
function scaledService(operation: string, { params }: Call, { region, accountId }: Place): Access[] {
  const [kind, cluster, service] = (text(params.ResourceId) ?? '').split('/');
  if (!VALIDATED.has(operation) || kind !== 'service' || !cluster || !service) return [];
  const arn = (of: string, resource: string) => `arn:aws:${of}:${region}:${accountId}:${resource}`;
  const scaled = {
    resources: [arn('ecs', `service/${cluster}/${service}`)],
    context: { 'ecs:cluster': arn('ecs', `cluster/${cluster}`) },
  };
  const alarms = { resources: [arn('cloudwatch', `alarm:TargetTracking-service/${cluster}/${service}-AlarmHigh`)] };
  return [
    { action: 'ecs:DescribeServices', ...scaled },
    { action: 'ecs:UpdateService', ...scaled },
    // No alarm is named, so only a grant on all of them matches.
    { action: 'cloudwatch:DescribeAlarms', resources: [arn('cloudwatch', 'alarm:(any)')] },
    { action: 'cloudwatch:PutMetricAlarm', ...alarms },
    { action: 'cloudwatch:DeleteAlarms', ...alarms },
  ];
}
