locals {
  # Missing data never alarms: an idle environment has no requests, no errors and no messages.
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
    latency-p95 = {
      description = "One request in twenty takes more than a second"
      namespace   = "AWS/ApplicationELB"
      metric      = "TargetResponseTime"
      dimensions  = { LoadBalancer = aws_lb.main.arn_suffix }
      percentile  = "p95"
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
}

resource "aws_cloudwatch_metric_alarm" "main" {
  for_each = local.alarms

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
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}
