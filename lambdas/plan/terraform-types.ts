import { genericOfTerraform } from '../contracts/generic-kinds.ts';
import type { SweepService } from '../contracts/sweep-request.ts';

/** Longest match first: `aws_cloudwatch_log_group` is of CloudWatch Logs, `aws_cloudwatch_event_rule` of EventBridge. */
const SERVICES: readonly (readonly [prefix: string, service: SweepService])[] = [
  ['aws_ecs_', 'ecs'],
  ['aws_db_', 'rds'],
  ['aws_rds_', 'rds'],
  ['aws_sqs_', 'sqs'],
  ['aws_lb', 'elbv2'],
  ['aws_alb', 'elbv2'],
  ['aws_ecr_', 'ecr'],
  ['aws_cloudwatch_log_', 'logs'],
  ['aws_cloudwatch_event_', 'events'],
  ['aws_cloudwatch_', 'cloudwatch'],
  ['aws_vpc', 'ec2'],
  ['aws_subnet', 'ec2'],
  ['aws_security_group', 'ec2'],
  ['aws_route', 'ec2'],
  ['aws_internet_gateway', 'ec2'],
  ['aws_nat_gateway', 'ec2'],
  ['aws_eip', 'ec2'],
  ['aws_network_', 'ec2'],
  ['aws_iam_', 'iam'],
  ['aws_secretsmanager_', 'secretsmanager'],
  ['aws_sns_', 'sns'],
  ['aws_appautoscaling_', 'application-autoscaling'],
  ['aws_s3_', 's3'],
  ['aws_dynamodb_', 'dynamodb'],
  ['aws_kms_', 'kms'],
  ['aws_ebs_', 'ec2'],
  ['aws_volume_attachment', 'ec2'],
  ['aws_instance', 'ec2'],
  ['aws_egress_only_internet_gateway', 'ec2'],
  ['aws_flow_log', 'ec2'],
  ['aws_ec2_transit_gateway', 'ec2'],
  ['aws_vpn_', 'ec2'],
  ['aws_customer_gateway', 'ec2'],
  ['aws_ami', 'ec2'],
  ['aws_launch_template', 'ec2'],
];

/**
 * The sweep that looks for a Terraform type. What no sweep of its own looks for goes to `tagging`, which reports it as
 * UNKNOWN: a resource that no one can confirm must not count as gone.
 */
export function serviceOf(terraformType: string): SweepService {
  if (genericOfTerraform(terraformType)) return 'cloudcontrol';
  // Route 53 is not EC2's routes.
  if (terraformType.startsWith('aws_route53')) return 'tagging';
  return SERVICES.find(([prefix]) => terraformType.startsWith(prefix))?.[1] ?? 'tagging';
}
