locals {
  ecs_widgets = [
    for service in local.services : {
      title   = "${service}: CPU and memory"
      metrics = [for metric in ["CPUUtilization", "MemoryUtilization"] : ["AWS/ECS", metric, "ClusterName", local.name.cluster, "ServiceName", local.name.service[service]]]
      stat    = "Average"
    }
  ]

  widgets = concat(local.ecs_widgets, [
    {
      title   = "Requests"
      metrics = [for metric in ["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] : ["AWS/ApplicationELB", metric, "LoadBalancer", aws_lb.main.arn_suffix]]
      stat    = "Sum"
    },
    {
      title   = "Response time, 95th percentile"
      metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.main.arn_suffix]]
      stat    = "p95"
    },
    {
      title = "Order events: waiting, in flight, dead"
      metrics = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local.name.queue],
        ["AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", local.name.queue],
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local.name.dlq],
      ]
      stat = "Maximum"
    },
    {
      title   = "Errors logged"
      metrics = [for service in local.services : [var.prefix, "${service}-errors"]]
      stat    = "Sum"
    },
    {
      title   = "Database: CPU and connections"
      metrics = [for metric in ["CPUUtilization", "DatabaseConnections"] : ["AWS/RDS", metric, "DBInstanceIdentifier", local.name.database]]
      stat    = "Average"
    },
  ])
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = var.prefix
  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 6 * floor(index / 2)
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          metrics = widget.metrics
          stat    = widget.stat
          period  = 60
          region  = data.aws_region.current.id
          view    = "timeSeries"
        }
      }
    ]
  })
}
