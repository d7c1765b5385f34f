import { genericOfTerraform } from '../contracts/generic-kinds.ts';
import type { SweepService } from '../contracts/sweep-request.ts';

/**
 * The longest matching prefix comes first: `aws_cloudwatch_log_group` belongs to CloudWatch Logs, and
 * `aws_cloudwatch_event_rule` to EventBridge.
 */
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
 * Returns the service whose sweep finds a Terraform type. A type without a sweep of its own belongs to `tagging`, which
 * reports it as UNKNOWN: a resource that no sweep can confirm must not count as gone.
 */
export function serviceOf(terraformType: string): SweepService {
  if (genericOfTerraform(terraformType)) return 'cloudcontrol';
  // Route 53 shares a prefix with EC2's routes.
  if (terraformType.startsWith('aws_route53')) return 'tagging';
  return SERVICES.find(([prefix]) => terraformType.startsWith(prefix))?.[1] ?? 'tagging';
}

/** A sweeper of the type's service reads these types by their ARN or id. The names are without `aws_`. */
const CONFIRMED: ReadonlySet<string> = new Set(
  `
  alb alb_target_group ami ami_copy ami_from_instance appautoscaling_target cloudwatch_composite_alarm
  cloudwatch_dashboard cloudwatch_event_rule cloudwatch_log_group cloudwatch_metric_alarm customer_gateway
  db_cluster_snapshot db_instance db_option_group db_parameter_group db_proxy db_snapshot db_subnet_group dynamodb_table
  ebs_snapshot ebs_snapshot_copy ebs_snapshot_import ebs_volume ec2_transit_gateway ec2_transit_gateway_connect
  ec2_transit_gateway_peering_attachment ec2_transit_gateway_peering_attachment_accepter ec2_transit_gateway_route_table
  ec2_transit_gateway_vpc_attachment ec2_transit_gateway_vpc_attachment_accepter ecr_repository ecs_cluster ecs_service
  ecs_task_definition egress_only_internet_gateway eip eip_domain_name flow_log iam_instance_profile iam_policy iam_role
  iam_service_linked_role iam_user instance internet_gateway kms_alias kms_custom_key_store kms_external_key kms_key
  kms_replica_external_key kms_replica_key launch_template lb lb_target_group nat_gateway network_acl network_interface
  rds_cluster rds_cluster_instance rds_cluster_parameter_group route_table s3_bucket secretsmanager_secret
  security_group sns_topic sqs_queue subnet vpc vpc_dhcp_options vpc_endpoint vpc_peering_connection
  vpc_peering_connection_accepter vpn_connection vpn_gateway
  `
    .trim()
    .split(/\s+/),
);

/** Reports whether a sweep can confirm that a resource of this type is gone. */
export function isConfirmed(terraformType: string): boolean {
  return genericOfTerraform(terraformType) !== undefined || CONFIRMED.has(terraformType.replace(/^aws_/, ''));
}

export const CONFIRMED_TYPES: readonly string[] = [...CONFIRMED].map((type) => `aws_${type}`);
