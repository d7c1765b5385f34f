locals {
  # Only ECS may assume the roles, and only for tasks of this account and region, so that no other account can use them.
  assume_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:ecs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:*" }
      }
    }]
  })
}

# The execution role grants what the ECS agent may do for both services before their code runs.
resource "aws_iam_role" "execution" {
  name                 = "${var.prefix}-execution"
  assume_role_policy   = local.assume_by_tasks
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Login"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*" # The action supports no resource-level permissions.
      },
      {
        Sid      = "PullImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [for repository in aws_ecr_repository.service : repository.arn]
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for group in aws_cloudwatch_log_group.service : "${group.arn}:*"]
      },
      {
        Sid    = "ReadDatabasePasswords"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = concat(
          [aws_db_instance.main.master_user_secret[0].secret_arn],
          [for secret in aws_secretsmanager_secret.database : secret.arn],
        )
      },
    ]
  })
}

# The task roles grant what the code of each service may do.
resource "aws_iam_role" "task" {
  for_each = local.services

  name                 = "${var.prefix}-${each.key}-task"
  assume_role_policy   = local.assume_by_tasks
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "task" {
  for_each = {
    api    = ["sqs:SendMessage"]
    worker = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
  }

  name = "order-events"
  role = aws_iam_role.task[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "OrderEvents"
        Effect   = "Allow"
        Action   = each.value
        Resource = aws_sqs_queue.order_events.arn
      },
      {
        Sid      = "ReadDatabasePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.database[each.key].arn
      },
      ],
      each.key != "api" || var.operator_token_secret_arn == null ? [] : [{
        Sid      = "ReadOperatorToken"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = var.operator_token_secret_arn
      }],
      !var.execute_command ? [] : [{
        Sid      = "ExecuteCommand"
        Effect   = "Allow"
        Action   = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        Resource = "*" # The actions support no resource-level permissions.
    }])
  })
}
