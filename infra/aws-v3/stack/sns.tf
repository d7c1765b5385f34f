# The topic is not encrypted with a key. Neither CloudWatch nor EventBridge can publish through the key that AWS manages, and
# a customer managed key would outlive the environment. Alerts contain no data of orders.
resource "aws_sns_topic" "alerts" {
  #checkov:skip=CKV_AWS_26:Alarms and EventBridge cannot publish to a topic under the key that AWS manages, and a customer managed key costs more than the topic.

  name = "${var.prefix}-alerts"
}

locals {
  alert_topics = compact([aws_sns_topic.alerts.arn, var.notifications_topic_arn])
}

# The owner of each address must confirm the subscription in the mail that SNS sends.
resource "aws_sns_topic_subscription" "mail" {
  for_each = var.alert_emails

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alerts.arn
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      },
      # EventBridge's guide says in one place that conditions are not supported here, and uses one in another place. An event
      # that a condition rejects is dropped without a trace.
      {
        Sid       = "Events"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alerts.arn
      },
    ]
  })
}
