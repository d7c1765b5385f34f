locals {
  event_patterns = {
    task-stopped = {
      description = "A task that stopped by itself, or never started"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Task State Change"]
        detail = {
          clusterArn = [aws_ecs_cluster.main.arn]
          lastStatus = ["STOPPED"]
          # The pattern excludes tasks that a deployment or a scale-in stopped.
          stopCode = ["EssentialContainerExited", "TaskFailedToStart", "SpotInterruption", "TerminationNotice"]
        }
      }
    }
    task-unhealthy = {
      description = "A task that ECS replaces because it fails its health check"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Task State Change"]
        detail = {
          clusterArn    = [aws_ecs_cluster.main.arn]
          lastStatus    = ["STOPPED"]
          stopCode      = ["ServiceSchedulerInitiated"]
          stoppedReason = [{ prefix = "Task failed ELB health checks" }, { prefix = "Task failed container health checks" }]
        }
      }
    }
    deployment-failed = {
      description = "A deployment that the circuit breaker gave up"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Deployment State Change"]
        resources = [{
          prefix = "arn:${data.aws_partition.current.partition}:ecs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:service/${local.name.cluster}/"
        }]
        detail = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "ecs" {
  for_each = local.event_patterns

  name          = "${var.prefix}-${each.key}"
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "alerts" {
  for_each = local.event_patterns

  rule      = aws_cloudwatch_event_rule.ecs[each.key].name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts.arn
}

resource "aws_cloudwatch_event_target" "operators" {
  for_each = { for name, event in local.event_patterns : name => event if var.notifications_topic_arn != null }

  rule      = aws_cloudwatch_event_rule.ecs[each.key].name
  target_id = "operators"
  arn       = var.notifications_topic_arn
}
