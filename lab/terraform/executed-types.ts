/**
 * Types of the AWS provider that the lab executes, without `aws_`: made, found unchanged by a second plan, and destroyed. Each is in a root that a
 * test applies (test/lab/executed-types.test.ts).
 */
export const EXECUTED_TYPES: ReadonlySet<string> = new Set(
  `
  apigatewayv2_api apigatewayv2_integration apigatewayv2_route apigatewayv2_stage appautoscaling_policy appautoscaling_target
  cloudfront_origin_access_control cloudwatch_dashboard cloudwatch_event_bus cloudwatch_event_rule
  cloudwatch_event_target cloudwatch_log_group cloudwatch_log_metric_filter cloudwatch_metric_alarm cognito_user_pool db_instance
  db_subnet_group default_network_acl default_route_table default_security_group dynamodb_table ebs_volume ecr_lifecycle_policy
  ecr_repository ecs_cluster ecs_cluster_capacity_providers ecs_service ecs_task_definition efs_file_system efs_mount_target eip
  flow_log iam_instance_profile iam_openid_connect_provider iam_policy iam_role iam_role_policy iam_role_policy_attachment instance
  internet_gateway key_pair kms_alias kms_key lambda_event_source_mapping lambda_function lambda_function_url
  lambda_permission lb lb_listener lb_listener_rule lb_target_group nat_gateway network_acl network_acl_rule route route53_record route53_zone
  route_table route_table_association s3_bucket s3_bucket_cors_configuration s3_bucket_lifecycle_configuration
  s3_bucket_notification s3_bucket_ownership_controls s3_bucket_policy s3_bucket_public_access_block
  s3_bucket_server_side_encryption_configuration s3_bucket_versioning s3_bucket_website_configuration s3_object
  secretsmanager_secret secretsmanager_secret_version security_group security_group_rule sfn_state_machine sns_topic
  sns_topic_policy sns_topic_subscription sqs_queue sqs_queue_policy sqs_queue_redrive_allow_policy ssm_parameter subnet vpc
  vpc_endpoint vpc_security_group_egress_rule vpc_security_group_ingress_rule wafv2_web_acl_association
  `
    .trim()
    .split(/\s+/),
);

/** Types of other providers are executed: they are in no account. Whether one of AWS's siblings calls the lab at all, nobody has tried. */
export function isExecuted(type: string): boolean {
  if (type.startsWith('awscc_')) return false;
  return !type.startsWith('aws_') || EXECUTED_TYPES.has(type.slice('aws_'.length));
}
