# The only interface between this root and what validates it.

output "alb_dns_name" {
  description = "DNS name of the load balancer."
  value       = module.load_balancer.dns_name
}

output "api_target_group_arn" {
  description = "ARN of the target group of the service."
  value       = module.load_balancer.target_group_arn
}

output "ecs_cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.main.name
}

output "api_service_name" {
  description = "Name of the service."
  value       = module.web.service_name
}
