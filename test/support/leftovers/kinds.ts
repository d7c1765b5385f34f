import { KINDS as EC2_KINDS } from '../../../lambdas/aws/sweepers/ec2-kinds.ts';
import { MOST_OTHERS } from '../../../lambdas/aws/sweepers/ecs.ts';
import { RDS_KINDS } from '../../../lambdas/aws/sweepers/rds-kinds.ts';
import { MOST_PAGES } from '../../../lambdas/aws/sweepers/support.ts';
import type { SweepService } from '../../../lambdas/contracts/sweep-request.ts';

/**
 * A swept kind has the facts that are only in a sweeper's own code, and in no type. The test of the table compares them
 * with the sweeper.
 */
export interface SweptKind {
  service: Exclude<SweepService, 'cloudcontrol' | 'tagging'>;
  type: string;
  /** The text is the end of an ARN, behind the account; it is absent for a kind without an ARN. */
  arn?: string;
  terraform: readonly string[];
  /** The text describes how the kind is found by its name; it is absent for a kind without a name of its own. */
  name?: string;
  /** The kind is found in the environment's VPC. */
  vpc?: true;
  /** No list shows these things. */
  beyond?: string;
}

const PREFIX = 'AWS filters by prefix';
const WHOLE = 'the whole list is read';
const CERTIFIED = 'one beyond these, without tags and outside the state; the certificate says so';

/** The map has the Terraform types of EC2's kinds; the state has their ids, which show the type. */
const OF_EC2: Readonly<Record<string, readonly string[]>> = {
  vpc: ['aws_vpc'],
  subnet: ['aws_subnet'],
  'security-group': ['aws_security_group'],
  'internet-gateway': ['aws_internet_gateway'],
  'route-table': ['aws_route_table'],
  'nat-gateway': ['aws_nat_gateway'],
  'elastic-ip': ['aws_eip'],
  'network-interface': ['aws_network_interface'],
  'vpc-endpoint': ['aws_vpc_endpoint'],
  instance: ['aws_instance'],
  volume: ['aws_ebs_volume'],
  snapshot: ['aws_ebs_snapshot'],
  'network-acl': ['aws_network_acl'],
  'dhcp-options': ['aws_vpc_dhcp_options'],
  'flow-log': ['aws_flow_log'],
  'peering-connection': ['aws_vpc_peering_connection'],
  'egress-only-gateway': ['aws_egress_only_internet_gateway'],
  'vpn-gateway': ['aws_vpn_gateway'],
  'vpn-connection': ['aws_vpn_connection'],
  'customer-gateway': ['aws_customer_gateway'],
  'transit-gateway-attachment': ['aws_ec2_transit_gateway_vpc_attachment'],
  'transit-gateway-route-table': ['aws_ec2_transit_gateway_route_table'],
  'transit-gateway': ['aws_ec2_transit_gateway'],
  image: ['aws_ami'],
  'launch-template': ['aws_launch_template'],
};

const OF_RDS: Readonly<Record<string, readonly string[]>> = {
  'db-instance': ['aws_db_instance', 'aws_rds_cluster_instance'],
  'db-cluster': ['aws_rds_cluster'],
  'db-snapshot': ['aws_db_snapshot'],
  'db-cluster-snapshot': ['aws_db_cluster_snapshot'],
  'subnet-group': ['aws_db_subnet_group'],
  'parameter-group': ['aws_db_parameter_group'],
  'cluster-parameter-group': ['aws_rds_cluster_parameter_group'],
  'option-group': ['aws_db_option_group'],
  'db-proxy': ['aws_db_proxy'],
};
const IN_A_VPC = new Set(['db-instance', 'subnet-group', 'db-proxy']);

export const SWEPT_KINDS: readonly SweptKind[] = [
  ...EC2_KINDS.map(
    ({ type, idPrefix, nameFilter, vpcFilters }): SweptKind => ({
      ...{ service: 'ec2', type, arn: `any/${idPrefix}1`, terraform: OF_EC2[type] ?? [] },
      name: nameFilter ? `AWS filters by \`Name\` and \`${nameFilter}\`` : 'AWS filters by `Name`',
      ...(vpcFilters ? { vpc: true } : {}),
      ...(vpcFilters || nameFilter ? {} : { beyond: 'one without tags and `Name`, and outside the state' }),
    }),
  ),
  ...RDS_KINDS.map(
    ({ type, inArn }): SweptKind => ({
      ...{ service: 'rds', type, arn: `${inArn}:x`, terraform: OF_RDS[type] ?? [] },
      name: /snapshot$|automated-backup$/.test(type) ? `${WHOLE}, by its database, too` : WHOLE,
      ...(IN_A_VPC.has(type) ? { vpc: true } : {}),
    }),
  ),
  { service: 'ecs', type: 'cluster', arn: 'cluster/x', terraform: ['aws_ecs_cluster'], name: WHOLE },
  {
    ...{ service: 'ecs', type: 'service', arn: 'service/c/x', terraform: ['aws_ecs_service'] },
    name: `all of the environment's clusters, and 100 services of each of ${MOST_OTHERS} others`,
    beyond: CERTIFIED,
  },
  { service: 'ecs', type: 'task', arn: 'task/c/x', terraform: [], name: "all of the environment's clusters" },
  {
    ...{ service: 'ecs', type: 'task-definition', arn: 'task-definition/x:1' },
    ...{ terraform: ['aws_ecs_task_definition'], name: PREFIX },
  },
  { service: 'sqs', type: 'queue', arn: 'x', terraform: ['aws_sqs_queue'], name: PREFIX },
  {
    ...{ service: 'elbv2', type: 'load-balancer', arn: 'loadbalancer/app/x/1' },
    ...{ terraform: ['aws_lb', 'aws_alb'], name: WHOLE, vpc: true },
  },
  {
    ...{ service: 'elbv2', type: 'target-group', arn: 'targetgroup/x/1' },
    ...{ terraform: ['aws_lb_target_group', 'aws_alb_target_group'], name: WHOLE, vpc: true },
  },
  { service: 'ecr', type: 'repository', arn: 'repository/x', terraform: ['aws_ecr_repository'], name: WHOLE },
  {
    ...{ service: 'logs', type: 'log-group', arn: 'log-group:x', terraform: ['aws_cloudwatch_log_group'] },
    name: 'AWS filters by any part of the name',
  },
  { service: 'iam', type: 'role', arn: 'role/x', terraform: ['aws_iam_role'], name: WHOLE },
  { service: 'iam', type: 'policy', arn: 'policy/x', terraform: ['aws_iam_policy'], name: WHOLE },
  {
    ...{ service: 'iam', type: 'instance-profile', arn: 'instance-profile/x' },
    ...{ terraform: ['aws_iam_instance_profile'], name: WHOLE },
  },
  { service: 'iam', type: 'user', arn: 'user/x', terraform: ['aws_iam_user'], name: WHOLE },
  {
    ...{ service: 'secretsmanager', type: 'secret', arn: 'secret:x-AbCdEf', terraform: ['aws_secretsmanager_secret'] },
    name: `${PREFIX}, and by the database that a secret is of`,
  },
  {
    ...{ service: 'sns', type: 'topic', arn: 'x', terraform: ['aws_sns_topic'] },
    name: `the topic of the alerts, and ${MOST_PAGES} pages of the list`,
    beyond: CERTIFIED,
  },
  {
    ...{ service: 'cloudwatch', type: 'alarm', arn: 'alarm:x', name: PREFIX },
    terraform: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
  },
  {
    ...{ service: 'cloudwatch', type: 'dashboard', arn: 'dashboard/x' },
    ...{ terraform: ['aws_cloudwatch_dashboard'], name: PREFIX },
  },
  {
    ...{ service: 'events', type: 'rule', arn: 'rule/x', terraform: ['aws_cloudwatch_event_rule'] },
    name: `${PREFIX}, on the default bus`,
    beyond: 'one on another bus, without tags and outside the state',
  },
  {
    ...{ service: 'application-autoscaling', type: 'scalable-target', arn: 'scalable-target/x' },
    ...{ terraform: ['aws_appautoscaling_target'], beyond: CERTIFIED },
    name: `the services of the environment, and ${MOST_PAGES} pages of the list`,
  },
  { service: 's3', type: 'bucket', arn: 'x', terraform: ['aws_s3_bucket'], name: PREFIX },
  { service: 'dynamodb', type: 'table', arn: 'table/x', terraform: ['aws_dynamodb_table'], name: WHOLE },
  {
    ...{ service: 'dynamodb', type: 'backup', arn: 'table/x/backup/1', terraform: [] },
    name: `${WHOLE}, by its table, too`,
  },
  {
    ...{ service: 'kms', type: 'key', arn: 'key/x', terraform: ['aws_kms_key'] },
    beyond: 'one without tags and alias, and outside the state',
  },
  { service: 'kms', type: 'alias', arn: 'alias/x', terraform: ['aws_kms_alias'], name: WHOLE },
  {
    ...{ service: 'kms', type: 'custom-key-store', terraform: ['aws_kms_custom_key_store'] },
    beyond: 'one outside the state: it has no tags',
  },
];
