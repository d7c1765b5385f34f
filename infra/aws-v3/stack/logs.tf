# Made here, before the services, and not by the agent's first write: a group that ECS made would have no retention, no
# tags and no owner who destroys it.
resource "aws_cloudwatch_log_group" "service" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts logs with a key of its own.
  #checkov:skip=CKV_AWS_338:The logs of an environment of days are kept for log_retention_days.

  for_each = local.services

  name              = "/ecs/${var.prefix}/${each.key}"
  retention_in_days = var.log_retention_days
}

# The services log JSON lines whose level is a word.
resource "aws_cloudwatch_log_metric_filter" "errors" {
  for_each = local.services

  name           = "${var.prefix}-${each.key}-errors"
  log_group_name = aws_cloudwatch_log_group.service[each.key].name
  pattern        = "{ ($.level = \"error\") || ($.level = \"fatal\") }"

  metric_transformation {
    namespace = var.prefix
    name      = "${each.key}-errors"
    value     = "1"
    unit      = "Count"
  }
}
