mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_id   = "123456789012"
  environment  = "dev"
  prefix       = "order-platform-dev-v3"
  run          = "dev-20300131T100000-abcdef"
  owner        = "arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:1"
  expires_at   = "2030-01-31T18:00:00Z"
  api_image    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  worker_image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
}

run "platform" {
  command = apply

  assert {
    condition     = alltrue([for service in aws_ecs_service.service : service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback])
    error_message = "a deployment that fails is given up and rolled back"
  }
  assert {
    condition     = alltrue([for service in aws_ecs_service.service : !service.wait_for_steady_state])
    error_message = "Terraform must not wait for a rollout: it cannot see one fail"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].memory == 512 && aws_ecs_task_definition.service["worker"].cpu == "256"
    error_message = "sizes of tasks and containers"
  }
  assert {
    condition = {
      for variable in jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].environment : variable.name => variable.value
      } == {
      AWS_REGION = "eu-west-1"
      DB_HOST    = "mock.abcdefghijkl.eu-west-1.rds.amazonaws.com"
      DB_NAME    = "orders"
      DB_PORT    = "5432"
      DB_USER    = "order_platform"
      # The secret that RDS keeps, and never its value.
      DB_SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-mock"
      LOG_LEVEL     = "info"
      PORT          = "8080"
      QUEUE_URL     = aws_sqs_queue.order_events.url
    }
    error_message = "environment of the API"
  }
  assert {
    condition     = alltrue([for definition in aws_ecs_task_definition.service : !can(jsondecode(definition.container_definitions)[0].secrets)])
    error_message = "a password that is injected at the start is stale after RDS has rotated it"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.service["worker"].container_definitions)[0].healthCheck.startPeriod == 60 && !can(jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].healthCheck)
    error_message = "the worker is judged by its loop, the API by its load balancer"
  }
  assert {
    condition     = aws_db_instance.main.skip_final_snapshot && aws_db_instance.main.delete_automated_backups && !aws_db_instance.main.deletion_protection
    error_message = "a database must leave nothing behind"
  }
  assert {
    condition     = aws_db_instance.main.manage_master_user_password && aws_db_instance.main.storage_encrypted && !aws_db_instance.main.publicly_accessible
    error_message = "a private, encrypted database with a managed password"
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.order_events.redrive_policy).maxReceiveCount > 3
    error_message = "the queue gives up later than the worker's three retries"
  }
  assert {
    condition     = alltrue([for repository in aws_ecr_repository.service : repository.force_delete && repository.image_scanning_configuration[0].scan_on_push])
    error_message = "repositories are scanned, and destroyed with their images"
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.service : group.retention_in_days == 7])
    error_message = "logs are kept for a week"
  }
  assert {
    condition     = aws_lb_target_group.api.health_check[0].path == "/actuator/health"
    error_message = "health check"
  }
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.main)) == toset([
      "api-error-spike", "worker-failed", "backlog-sustained", "dlq-not-empty", "alb-5xx", "target-5xx", "latency-p95", "rds-cpu", "rds-storage",
    ])
    error_message = "alarms"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.main["latency-p95"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.main["rds-storage"].comparison_operator == "LessThanThreshold"
    error_message = "alarms that differ from the rest"
  }
}
