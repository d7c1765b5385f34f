/**
 * A part is a Terraform type that AWS deletes, or requires to be deleted, with another resource. `parents` are the
 * types of that resource, or `*` for any type. `by` are the attributes that name it; the absence of one parent is
 * enough. The sources are the resource's page in the documentation of the AWS provider for the attributes, and the API
 * reference of the parent's Delete call for the rule.
 */
export interface PartRule {
  parents: readonly string[];
  by: readonly string[];
}

type Row = readonly [parents: string, by: string, types: string];

/**
 * A row has the parents' types, the attributes that name a parent, and the types of the parts. Each is a list that is
 * separated by spaces.
 */
const ROWS: readonly Row[] = [
  // EC2
  ['aws_route_table', 'route_table_id', 'aws_route'],
  [
    'aws_route_table aws_subnet aws_internet_gateway aws_vpn_gateway',
    'route_table_id subnet_id gateway_id',
    'aws_route_table_association',
  ],
  [
    'aws_vpc',
    'vpc_id',
    'aws_main_route_table_association aws_vpc_dhcp_options_association aws_vpc_ipv4_cidr_block_association aws_vpc_ipv6_cidr_block_association aws_route53_resolver_rule_association',
  ],
  [
    'aws_security_group aws_default_security_group',
    'security_group_id',
    'aws_security_group_rule aws_vpc_security_group_ingress_rule aws_vpc_security_group_egress_rule',
  ],
  ['aws_network_acl aws_default_network_acl', 'network_acl_id', 'aws_network_acl_rule'],
  ['aws_network_acl aws_subnet', 'network_acl_id subnet_id', 'aws_network_acl_association'],
  [
    'aws_network_interface aws_instance',
    'network_interface_id instance_id',
    'aws_network_interface_attachment aws_network_interface_sg_attachment',
  ],
  [
    'aws_eip aws_instance aws_network_interface',
    'allocation_id instance_id network_interface_id',
    'aws_eip_association',
  ],
  ['aws_ebs_volume aws_instance', 'volume_id instance_id', 'aws_volume_attachment'],
  [
    'aws_vpc_endpoint aws_route_table aws_subnet aws_security_group',
    'vpc_endpoint_id route_table_id subnet_id security_group_id',
    'aws_vpc_endpoint_route_table_association aws_vpc_endpoint_subnet_association aws_vpc_endpoint_security_group_association aws_vpc_endpoint_policy',
  ],
  ['aws_internet_gateway aws_vpc', 'internet_gateway_id vpc_id', 'aws_internet_gateway_attachment'],
  ['aws_vpn_gateway aws_vpc', 'vpn_gateway_id vpc_id', 'aws_vpn_gateway_attachment'],
  ['aws_vpn_gateway aws_route_table', 'vpn_gateway_id route_table_id', 'aws_vpn_gateway_route_propagation'],
  ['aws_vpn_connection', 'vpn_connection_id', 'aws_vpn_connection_route'],
  ['aws_vpc_peering_connection', 'vpc_peering_connection_id', 'aws_vpc_peering_connection_options'],
  [
    'aws_ec2_transit_gateway_route_table',
    'transit_gateway_route_table_id',
    'aws_ec2_transit_gateway_route aws_ec2_transit_gateway_route_table_association aws_ec2_transit_gateway_route_table_propagation',
  ],
  ['*', 'resource_id', 'aws_ec2_tag'],
  // Load balancing
  ['aws_lb aws_alb', 'load_balancer_arn', 'aws_lb_listener aws_alb_listener'],
  [
    'aws_lb_listener aws_alb_listener',
    'listener_arn',
    'aws_lb_listener_rule aws_alb_listener_rule aws_lb_listener_certificate aws_alb_listener_certificate',
  ],
  [
    'aws_lb_target_group aws_alb_target_group',
    'target_group_arn',
    'aws_lb_target_group_attachment aws_alb_target_group_attachment',
  ],
  ['aws_elb aws_instance', 'elb instance', 'aws_elb_attachment'],
  // IAM
  [
    'aws_iam_role',
    'role role_name',
    'aws_iam_role_policy aws_iam_role_policies_exclusive aws_iam_role_policy_attachments_exclusive',
  ],
  ['aws_iam_role aws_iam_policy', 'role policy_arn', 'aws_iam_role_policy_attachment'],
  [
    'aws_iam_policy aws_iam_role aws_iam_user aws_iam_group',
    'policy_arn roles users groups',
    'aws_iam_policy_attachment',
  ],
  [
    'aws_iam_user',
    'user',
    'aws_iam_user_policy aws_iam_access_key aws_iam_user_login_profile aws_iam_user_group_membership aws_iam_user_ssh_key',
  ],
  ['aws_iam_user aws_iam_policy', 'user policy_arn', 'aws_iam_user_policy_attachment'],
  ['aws_iam_group', 'group', 'aws_iam_group_policy aws_iam_group_membership'],
  ['aws_iam_group aws_iam_policy', 'group policy_arn', 'aws_iam_group_policy_attachment'],
  // S3
  [
    'aws_s3_bucket',
    'bucket bucket_name',
    'aws_s3_bucket_accelerate_configuration aws_s3_bucket_acl aws_s3_bucket_analytics_configuration aws_s3_bucket_cors_configuration aws_s3_bucket_intelligent_tiering_configuration aws_s3_bucket_inventory aws_s3_bucket_lifecycle_configuration aws_s3_bucket_logging aws_s3_bucket_metric aws_s3_bucket_notification aws_s3_bucket_object aws_s3_bucket_object_lock_configuration aws_s3_bucket_ownership_controls aws_s3_bucket_policy aws_s3_bucket_public_access_block aws_s3_bucket_replication_configuration aws_s3_bucket_request_payment_configuration aws_s3_bucket_server_side_encryption_configuration aws_s3_bucket_versioning aws_s3_bucket_website_configuration aws_s3_object aws_s3_object_copy',
  ],
  // ECS, ECR, scaling
  ['aws_ecs_cluster', 'cluster_name', 'aws_ecs_cluster_capacity_providers'],
  ['aws_ecs_service', 'service', 'aws_ecs_task_set'],
  ['*', 'resource_arn', 'aws_ecs_tag'],
  ['aws_ecr_repository', 'repository', 'aws_ecr_lifecycle_policy aws_ecr_repository_policy'],
  [
    'aws_appautoscaling_target aws_ecs_service',
    'resource_id',
    'aws_appautoscaling_policy aws_appautoscaling_scheduled_action',
  ],
  [
    'aws_autoscaling_group',
    'autoscaling_group_name group_names',
    'aws_autoscaling_attachment aws_autoscaling_group_tag aws_autoscaling_lifecycle_hook aws_autoscaling_notification aws_autoscaling_policy aws_autoscaling_schedule',
  ],
  // Databases
  ['aws_db_instance', 'db_instance_identifier', 'aws_db_instance_role_association'],
  [
    'aws_rds_cluster',
    'db_cluster_identifier cluster_identifier',
    'aws_rds_cluster_role_association aws_rds_cluster_endpoint',
  ],
  ['aws_db_proxy', 'db_proxy_name', 'aws_db_proxy_default_target_group aws_db_proxy_target aws_db_proxy_endpoint'],
  [
    'aws_dynamodb_table',
    'table_name resource_arn',
    'aws_dynamodb_contributor_insights aws_dynamodb_kinesis_streaming_destination aws_dynamodb_resource_policy aws_dynamodb_table_item aws_dynamodb_tag',
  ],
  ['aws_elasticache_user_group', 'user_group_id', 'aws_elasticache_user_group_association'],
  ['aws_opensearch_domain', 'domain_name', 'aws_opensearch_domain_policy aws_opensearch_domain_saml_options'],
  // Messages and events
  [
    'aws_sqs_queue',
    'queue_url',
    'aws_sqs_queue_policy aws_sqs_queue_redrive_allow_policy aws_sqs_queue_redrive_policy',
  ],
  ['aws_sns_topic', 'arn', 'aws_sns_topic_policy aws_sns_topic_data_protection_policy'],
  ['aws_sns_topic', 'topic_arn', 'aws_sns_topic_subscription'],
  ['aws_cloudwatch_event_rule', 'rule', 'aws_cloudwatch_event_target'],
  ['aws_cloudwatch_event_bus', 'event_bus_name', 'aws_cloudwatch_event_permission aws_cloudwatch_event_bus_policy'],
  ['aws_kinesis_stream', 'stream_arn resource_arn', 'aws_kinesis_stream_consumer aws_kinesis_resource_policy'],
  ['aws_msk_cluster', 'cluster_arn', 'aws_msk_scram_secret_association aws_msk_cluster_policy'],
  // Logs, keys and secrets
  [
    'aws_cloudwatch_log_group',
    'log_group_name',
    'aws_cloudwatch_log_data_protection_policy aws_cloudwatch_log_metric_filter aws_cloudwatch_log_stream aws_cloudwatch_log_subscription_filter',
  ],
  ['aws_kms_key aws_kms_replica_key aws_kms_external_key', 'key_id', 'aws_kms_grant aws_kms_key_policy'],
  [
    'aws_secretsmanager_secret',
    'secret_id secret_arn',
    'aws_secretsmanager_secret_policy aws_secretsmanager_secret_rotation aws_secretsmanager_secret_version',
  ],
  // Functions and APIs
  [
    'aws_lambda_function',
    'function_name',
    'aws_lambda_alias aws_lambda_function_event_invoke_config aws_lambda_function_recursion_config aws_lambda_function_url aws_lambda_permission aws_lambda_provisioned_concurrency_config aws_lambda_runtime_management_config',
  ],
  [
    'aws_api_gateway_rest_api',
    'rest_api_id',
    'aws_api_gateway_authorizer aws_api_gateway_deployment aws_api_gateway_documentation_part aws_api_gateway_gateway_response aws_api_gateway_integration aws_api_gateway_integration_response aws_api_gateway_method aws_api_gateway_method_response aws_api_gateway_method_settings aws_api_gateway_model aws_api_gateway_request_validator aws_api_gateway_resource aws_api_gateway_rest_api_policy aws_api_gateway_stage',
  ],
  ['aws_api_gateway_domain_name aws_api_gateway_rest_api', 'domain_name api_id', 'aws_api_gateway_base_path_mapping'],
  ['aws_api_gateway_usage_plan', 'usage_plan_id', 'aws_api_gateway_usage_plan_key'],
  [
    'aws_apigatewayv2_api',
    'api_id',
    'aws_apigatewayv2_authorizer aws_apigatewayv2_deployment aws_apigatewayv2_integration aws_apigatewayv2_integration_response aws_apigatewayv2_model aws_apigatewayv2_route aws_apigatewayv2_route_response aws_apigatewayv2_stage',
  ],
  ['aws_apigatewayv2_domain_name aws_apigatewayv2_api', 'domain_name api_id', 'aws_apigatewayv2_api_mapping'],
  [
    'aws_cognito_user_pool',
    'user_pool_id',
    'aws_cognito_identity_provider aws_cognito_resource_server aws_cognito_risk_configuration aws_cognito_user aws_cognito_user_group aws_cognito_user_in_group aws_cognito_user_pool_client aws_cognito_user_pool_domain aws_cognito_user_pool_ui_customization',
  ],
  ['aws_cognito_identity_pool', 'identity_pool_id', 'aws_cognito_identity_pool_roles_attachment'],
  // Names and certificates
  ['aws_route53_zone', 'zone_id', 'aws_route53_query_log aws_route53_record aws_route53_zone_association'],
  ['aws_route53_zone', 'hosted_zone_id', 'aws_route53_hosted_zone_dnssec aws_route53_key_signing_key'],
  ['aws_acm_certificate', 'certificate_arn', 'aws_acm_certificate_validation'],
  ['aws_cloudfront_distribution', 'distribution_id', 'aws_cloudfront_monitoring_subscription'],
  ['aws_wafv2_web_acl', 'web_acl_arn', 'aws_wafv2_web_acl_association'],
  ['aws_wafv2_web_acl', 'resource_arn', 'aws_wafv2_web_acl_logging_configuration'],
  [
    'aws_service_discovery_private_dns_namespace aws_service_discovery_public_dns_namespace aws_service_discovery_http_namespace',
    'namespace_id',
    'aws_service_discovery_service',
  ],
  ['aws_service_discovery_service', 'service_id', 'aws_service_discovery_instance'],
  // Files, clusters, backups, the rest
  [
    'aws_efs_file_system',
    'file_system_id',
    'aws_efs_access_point aws_efs_backup_policy aws_efs_file_system_policy aws_efs_mount_target',
  ],
  [
    'aws_eks_cluster',
    'cluster_name',
    'aws_eks_access_entry aws_eks_access_policy_association aws_eks_addon aws_eks_fargate_profile aws_eks_identity_provider_config aws_eks_node_group aws_eks_pod_identity_association',
  ],
  [
    'aws_backup_vault',
    'backup_vault_name',
    'aws_backup_vault_lock_configuration aws_backup_vault_notifications aws_backup_vault_policy',
  ],
  ['aws_backup_plan', 'plan_id', 'aws_backup_selection'],
  ['aws_glue_catalog_database', 'database_name', 'aws_glue_catalog_table aws_glue_partition'],
  ['aws_codebuild_project', 'project_name', 'aws_codebuild_webhook'],
  ['aws_codedeploy_app', 'app_name', 'aws_codedeploy_deployment_group'],
];

const RULES: ReadonlyMap<string, PartRule> = new Map(
  ROWS.flatMap(([parents, by, types]) => {
    const rule = { parents: parents.split(' '), by: by.split(' ') };
    return types.split(' ').map((type) => [type, rule] as const);
  }),
);

/** Returns undefined for a type that is not a part. */
export function partRule(terraformType: string): PartRule | undefined {
  return RULES.get(terraformType);
}

export const PART_TYPES: readonly string[] = [...RULES.keys()];

/** The resources of these providers are in no account. They exist in Terraform's state, or on the builder's disk. */
const NOWHERE =
  /\/(?:hashicorp\/(?:random|null|tls|time|local|archive|template|http|external|cloudinit)|builtin\/terraform)"\]/;

/**
 * These types change nothing that could be left behind. Terraform adopts the defaults of the account or the VPC and
 * leaves them in place, changes settings of the account, or waits.
 */
const ADOPTED =
  /^aws_(?:default_(?:network_acl|route_table|security_group|subnet|vpc|vpc_dhcp_options)|api_gateway_account|ecs_account_setting_default|ebs_encryption_by_default|ebs_default_kms_key|s3_account_public_access_block|iam_account_password_policy|rds_certificate|spot_datafeed_subscription|ec2_instance_metadata_defaults|ec2_image_block_public_access|kms_ciphertext)$/;

/**
 * Reports whether a resource of the state can be left behind in an account at all. `provider` is the provider's address
 * in the state.
 */
export function isInAnAccount(terraformType: string, provider = ''): boolean {
  return !NOWHERE.test(provider) && !ADOPTED.test(terraformType);
}

/**
 * Reports whether the AWS provider, or the AWS Cloud Control provider, manages the resource. No sweep can confirm a
 * resource of another provider.
 */
export function isOfAws(provider: string | undefined): boolean {
  return provider === undefined || /\/hashicorp\/(?:aws|awscc)"\]/.test(provider);
}
