locals {
  # Missing data does not raise an alarm: an idle environment has no requests, no errors and no messages.
  alarms = {
    api-error-spike = {
      description = "The API logs errors in a burst"
      namespace   = var.prefix
      metric      = aws_cloudwatch_log_metric_filter.errors["api"].metric_transformation[0].name
      dimensions  = {}
      statistic   = "Sum"
      threshold   = 5
    }
    worker-failed = {
      description = "The worker gave up an order, or cannot work at all"
      namespace   = var.prefix
      metric      = aws_cloudwatch_log_metric_filter.errors["worker"].metric_transformation[0].name
      dimensions  = {}
      statistic   = "Sum"
      threshold   = 1
    }
    backlog-sustained = {
      description = "Orders have waited for ten minutes, whatever the autoscaling did"
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = local.name.queue }
      statistic   = "Minimum"
      threshold   = 1
      periods     = 10
    }
    backlog-old = {
      description = "An order has waited for ten minutes, however few there are: no worker takes it"
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = local.name.queue }
      statistic   = "Maximum"
      threshold   = 600
      periods     = 2
    }
    dlq-not-empty = {
      description = "A message reached the dead-letter queue"
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = local.name.dlq }
      statistic   = "Maximum"
      threshold   = 1
    }
    alb-5xx = {
      description = "The load balancer itself answers with 5xx: no healthy target, or a timeout"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_ELB_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
      statistic   = "Sum"
      threshold   = 5
    }
    target-5xx = {
      description = "The API answers with 5xx"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_Target_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
      statistic   = "Sum"
      threshold   = 5
    }
    unhealthy-targets = {
      description = "A task of the API fails its health check for minutes, also while ECS replaces it again and again"
      namespace   = "AWS/ApplicationELB"
      metric      = "UnHealthyHostCount"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix, TargetGroup = aws_lb_target_group.api.arn_suffix }
      statistic   = "Maximum"
      threshold   = 1
      periods     = 3
    }
    latency-p95 = {
      description = "One request in twenty takes more than a second"
      namespace   = "AWS/ApplicationELB"
      metric      = "TargetResponseTime"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
      percentile  = "p95"
      # At one request a minute, that one request would be the percentile.
      low_samples = "ignore"
      threshold   = 1
      periods     = 5
    }
    rds-cpu = {
      description = "The database is short of CPU"
      namespace   = "AWS/RDS"
      metric      = "CPUUtilization"
      dimensions  = { DBInstanceIdentifier = local.name.database }
      statistic   = "Average"
      threshold   = 80
      periods     = 5
    }
    rds-connections = {
      description = "The database has few connections left: a db.t4g.micro has about 80"
      namespace   = "AWS/RDS"
      metric      = "DatabaseConnections"
      dimensions  = { DBInstanceIdentifier = local.name.database }
      statistic   = "Maximum"
      threshold   = 70
      periods     = 3
    }
    rds-memory = {
      description = "The database is short of memory: less than 64 MiB are free"
      namespace   = "AWS/RDS"
      metric      = "FreeableMemory"
      dimensions  = { DBInstanceIdentifier = local.name.database }
      statistic   = "Minimum"
      threshold   = 64 * 1024 * 1024
      below       = true
      periods     = 5
    }
    rds-storage = {
      description = "The database has less than 2 GiB left"
      namespace   = "AWS/RDS"
      metric      = "FreeStorageSpace"
      dimensions  = { DBInstanceIdentifier = local.name.database }
      statistic   = "Minimum"
      threshold   = 2 * 1024 * 1024 * 1024
      below       = true
      periods     = 5
    }
  }

  # Each running task of a service sends one sample a minute: "Service RUNNING task count" in the ECS Developer Guide.
  task_alarms = {
    for service in local.services : "${service}-tasks-missing" => {
      description = "Fewer tasks of the ${service} service run than its autoscaling keeps at least"
      namespace   = "AWS/ECS"
      metric      = "CPUUtilization"
      dimensions  = { ClusterName = local.name.cluster, ServiceName = local.name.service[service] }
      statistic   = "SampleCount"
      threshold   = local.sizes[service].min_tasks
      below       = true
      periods     = 5
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "main" {
  for_each = merge(local.alarms, local.task_alarms)

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = try(each.value.statistic, null)
  extended_statistic  = try(each.value.percentile, null)
  period              = 60
  evaluation_periods  = try(each.value.periods, 1)
  comparison_operator = try(each.value.below, false) ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alert_topics
  ok_actions          = local.alert_topics

  evaluate_low_sample_count_percentiles = try(each.value.low_samples, null)
}
