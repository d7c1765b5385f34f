mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id           = "123456789012"
  environment          = "dev"
  prefix               = "order-platform-dev-v3"
  run                  = "dev-20300131T100000-abcdef"
  owner                = "arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:1"
  expires_at           = "2030-01-31T18:00:00Z"
  permissions_boundary = "arn:aws:iam::123456789012:policy/bounds/runbook"
  api_image            = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  worker_image         = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
}

run "who_may_do_and_reach_what" {
  command = apply

  assert {
    condition = jsondecode(aws_iam_role_policy.task["api"].policy).Statement == [
      {
        Sid      = "OrderEvents"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = aws_sqs_queue.order_events.arn
      },
      {
        Sid      = "ReadDatabasePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.database["api"].arn
      },
    ]
    error_message = "the API sends to one queue, reads one secret and may do nothing else"
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.task["worker"].policy).Statement == [
      {
        Sid      = "OrderEvents"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
        Resource = aws_sqs_queue.order_events.arn
      },
      {
        Sid      = "ReadDatabasePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.database["worker"].arn
      },
    ]
    error_message = "the worker takes from one queue, reads one secret and may do nothing else"
  }
  assert {
    condition = {
      for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement :
      statement.Principal.Service => contains(keys(statement), "Condition")
      } == {
      "cloudwatch.amazonaws.com" = true
      "events.amazonaws.com"     = false
    }
    error_message = "alarms of this account are admitted, and events without a condition, which EventBridge may not meet"
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : toset(statement.Resource) if statement.Sid == "ReadDatabasePasswords"
    ] == [toset(concat(["arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-mock"], [for secret in aws_secretsmanager_secret.database : secret.arn]))]
    error_message = "the agent reads the passwords that it hands to a migration"
  }
  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.task : !strcontains(policy.policy, "rds!")])
    error_message = "no code reads the password of the master user"
  }
  assert {
    condition     = alltrue([for version in aws_secretsmanager_secret_version.database : version.secret_string == null && version.secret_string_wo == null])
    error_message = "a password is in no state"
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action if contains(flatten([statement.Resource]), "*")
    ] == ["ecr:GetAuthorizationToken"]
    error_message = "only the login to the registry has no resource"
  }
  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.task), [aws_iam_role.execution]) : role.permissions_boundary == "arn:aws:iam::123456789012:policy/bounds/runbook"])
    error_message = "every role has the boundary"
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.database_from_service : rule.cidr_ipv4 == null && rule.from_port == 5432 && rule.to_port == 5432])
    error_message = "the database listens to security groups, never to addresses"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.api_from_alb.cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.api_from_alb.referenced_security_group_id == aws_security_group.alb.id
    error_message = "the API listens to the load balancer alone, public address or not"
  }
  assert {
    condition     = length(toset([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private)) : subnet.cidr_block])) == 4
    error_message = "four subnets"
  }
  assert {
    condition     = toset(aws_db_subnet_group.main.subnet_ids) == toset([for subnet in aws_subnet.private : subnet.id])
    error_message = "the database is in the private subnets"
  }
}
