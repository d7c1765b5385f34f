# Terraform creates the log groups before the services. A log group that ECS creates at the agent's first write would have
# no retention and no tags, and nothing would destroy it.
resource "aws_cloudwatch_log_group" "service" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts logs with its own key.
  #checkov:skip=CKV_AWS_338:The environment exists for days, and its logs are kept for log_retention_days.

  for_each = local.services

  name              = "/ecs/${var.prefix}/${each.key}"
  retention_in_days = var.log_retention_days
}

# The services log JSON lines. The level is a word.
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
