# The outputs are the only interface between this root and its validation. Their names are a contract.

output "alb_dns_name" {
  description = "DNS name of the load balancer."
  value       = aws_lb.main.dns_name
}

output "api_target_group_arn" {
  description = "ARN of the target group that the API's tasks register with."
  value       = aws_lb_target_group.api.arn
}

output "ecs_cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.main.name
}

output "api_service_name" {
  description = "Name of the API's service."
  value       = aws_ecs_service.service["api"].name
}

output "worker_service_name" {
  description = "Name of the worker's service."
  value       = aws_ecs_service.service["worker"].name
}

output "order_events_queue_url" {
  description = "URL of the queue of order events."
  value       = aws_sqs_queue.order_events.url
}

output "order_events_dlq_url" {
  description = "URL of its dead-letter queue."
  value       = aws_sqs_queue.order_events_dlq.url
}

output "log_group_api" {
  description = "Log group of the API."
  value       = aws_cloudwatch_log_group.service["api"].name
}

output "log_group_worker" {
  description = "Log group of the worker."
  value       = aws_cloudwatch_log_group.service["worker"].name
}

output "ecr_api_repository_url" {
  description = "URL of the API's image repository."
  value       = aws_ecr_repository.service["api"].repository_url
}

output "ecr_worker_repository_url" {
  description = "URL of the worker's image repository."
  value       = aws_ecr_repository.service["worker"].repository_url
}

output "rds_endpoint" {
  description = "DNS name of the database."
  value       = aws_db_instance.main.address
}

output "rds_port" {
  description = "Port of the database."
  value       = aws_db_instance.main.port
}

output "rds_db_name" {
  description = "Name of the database in the instance."
  value       = aws_db_instance.main.db_name
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.main.id
}

output "sns_alerts_topic_arn" {
  description = "ARN of the topic that alarms and events are published to."
  value       = aws_sns_topic.alerts.arn
}
