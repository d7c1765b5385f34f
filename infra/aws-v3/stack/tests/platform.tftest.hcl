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
    condition = aws_ecs_task_definition.service["api"].memory == "512" && aws_ecs_task_definition.service["worker"].cpu == "256" && alltrue(flatten([
      for definition in aws_ecs_task_definition.service : [for container in jsondecode(definition.container_definitions) : !can(container.cpu) && !can(container.memory)]
    ]))
    error_message = "sizes of tasks; their containers share them"
  }
  assert {
    condition = {
      for variable in jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].environment : variable.name => variable.value
      } == {
      AWS_REGION = "eu-west-1"
      DB_HOST    = "mock.abcdefghijkl.eu-west-1.rds.amazonaws.com"
      DB_NAME    = "orders"
      DB_PORT    = "5432"
      DB_USER    = "order_api"
      # Each service has its own secret, and the test never contains its value.
      DB_SECRET_ARN = aws_secretsmanager_secret.database["api"].arn
      LOG_LEVEL     = "info"
      PORT          = "8080"
      QUEUE_URL     = aws_sqs_queue.order_events.url
    }
    error_message = "environment of the API"
  }
  assert {
    condition     = alltrue([for definition in aws_ecs_task_definition.service : !can(jsondecode(definition.container_definitions)[0].secrets)])
    error_message = "a password that is injected at the start cannot be changed, and is in the environment of a process that strangers talk to"
  }
  assert {
    condition = alltrue([
      for service, definition in aws_ecs_task_definition.service :
      jsondecode(definition.container_definitions)[0].dependsOn == [{ containerName = "migrate", condition = "SUCCESS" }] &&
      !jsondecode(definition.container_definitions)[1].essential &&
      jsondecode(definition.container_definitions)[1].image == jsondecode(definition.container_definitions)[0].image
    ])
    error_message = "a service starts after its own image has migrated the database"
  }
  assert {
    condition = alltrue([
      for service, definition in aws_ecs_task_definition.service :
      { for secret in jsondecode(definition.container_definitions)[1].secrets : secret.name => secret.valueFrom } == {
        DB_PASSWORD      = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-mock:password::"
        RUNTIME_PASSWORD = "${aws_secretsmanager_secret.database[service].arn}:password::"
      } &&
      { for variable in jsondecode(definition.container_definitions)[1].environment : variable.name => variable.value if strcontains(variable.name, "USER") } == { DB_USER = "order_platform", RUNTIME_USER = "order_${service}" }
    ])
    error_message = "the migration logs in as the master user, and makes the role of its service"
  }
  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.database : secret.recovery_window_in_days == 0])
    error_message = "a secret must leave nothing behind, and its name must be free"
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
    condition     = alltrue([for group in concat([aws_security_group.alb, aws_security_group.database], values(aws_security_group.service)) : group.revoke_rules_on_delete])
    error_message = "a rule that is in no state keeps no group from being deleted"
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
      "api-error-spike", "worker-failed", "backlog-sustained", "backlog-old", "dlq-not-empty", "alb-5xx", "target-5xx", "unhealthy-targets", "latency-p95",
      "rds-cpu", "rds-connections", "rds-memory", "rds-storage", "api-tasks-missing", "worker-tasks-missing",
    ])
    error_message = "alarms"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.main["latency-p95"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.main["rds-storage"].comparison_operator == "LessThanThreshold"
    error_message = "alarms that differ from the rest"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.main["latency-p95"].evaluate_low_sample_count_percentiles == "ignore"
    error_message = "one request a minute is no percentile"
  }
  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.main["api-tasks-missing"], aws_cloudwatch_metric_alarm.main["worker-tasks-missing"]] :
      alarm.statistic == "SampleCount" && alarm.comparison_operator == "LessThanThreshold" && alarm.threshold == 1
    ])
    error_message = "running tasks are counted by their samples"
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.ecs["task-unhealthy"].event_pattern).detail.stopCode == ["ServiceSchedulerInitiated"] && length(jsondecode(aws_cloudwatch_event_rule.ecs["task-unhealthy"].event_pattern).detail.stoppedReason) == 2
    error_message = "a task that is replaced for its health, and not one that a deployment stops"
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.operators) == 0 && length(aws_lb_listener.https) == 0 && length(aws_sns_topic_subscription.mail) == 0 && length(aws_lb.main.access_logs) == 0 && length(aws_vpc_endpoint.s3) == 0 && length(aws_flow_log.main) == 0 && length(aws_wafv2_web_acl_association.main) == 0 && length(aws_ecs_cluster_capacity_providers.main) == 0
    error_message = "what nobody has asked for is not created"
  }
}

run "what_nobody_has_asked_for" {
  command = apply

  assert {
    condition     = alltrue([for service in aws_ecs_service.service : service.launch_type == "FARGATE" && length(service.capacity_provider_strategy) == 0 && !service.enable_execute_command])
    error_message = "on demand, and without a shell"
  }
  assert {
    condition = alltrue(flatten([
      for definition in aws_ecs_task_definition.service : [for container in jsondecode(definition.container_definitions) : container.readonlyRootFilesystem && !can(container.linuxParameters)]
    ]))
    error_message = "a root file system that nobody writes to"
  }
  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.task : !strcontains(policy.policy, "ssmmessages")])
    error_message = "no session"
  }
}

run "options" {
  command = apply

  variables {
    notifications_topic_arn   = "arn:aws:sns:eu-west-1:123456789012:runbook-notifications"
    alert_emails              = ["team@example.com"]
    certificate_arn           = "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-1111-2222-3333-444455556666"
    operator_token_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:operators-AbCdEf"
    access_logs_bucket        = "our-access-logs"
    container_insights        = "enhanced"
    s3_gateway_endpoint       = true
    flow_logs_bucket_arn      = "arn:aws:s3:::our-flow-logs/vpc"
    web_acl_arn               = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/ours/0f1e2d3c-1111-2222-3333-444455556666"
    fargate_spot_weight       = 75
    execute_command           = true
    kms_key_arn               = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-1111-2222-3333-444455556666"
    database                  = { multi_az = true, performance_insights = true, max_allocated_storage = 100 }
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.main :
      alarm.alarm_actions == toset([aws_sns_topic.alerts.arn, var.notifications_topic_arn]) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "alarms reach the operators"
  }
  assert {
    condition     = toset([for target in aws_cloudwatch_event_target.operators : target.arn]) == toset([var.notifications_topic_arn]) && keys(aws_cloudwatch_event_target.operators) == keys(aws_cloudwatch_event_rule.ecs)
    error_message = "events reach the operators"
  }
  assert {
    condition     = [for subscription in aws_sns_topic_subscription.mail : "${subscription.protocol} ${subscription.endpoint}"] == ["email team@example.com"]
    error_message = "addresses of the environment's own"
  }
  assert {
    condition     = aws_lb_listener.https[0].port == 443 && aws_lb_listener.https[0].certificate_arn == var.certificate_arn && [for rule in aws_vpc_security_group_ingress_rule.alb_https : rule.from_port] == [443]
    error_message = "HTTPS"
  }
  assert {
    condition     = anytrue([for variable in jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].environment : variable.name == "OPERATOR_TOKEN_SECRET_ARN"]) && strcontains(aws_iam_role_policy.task["api"].policy, var.operator_token_secret_arn) && !strcontains(aws_iam_role_policy.task["worker"].policy, var.operator_token_secret_arn)
    error_message = "the API alone reads the token of the operators"
  }
  assert {
    condition     = aws_lb.main.access_logs[0].bucket == "our-access-logs" && aws_db_instance.main.multi_az && aws_db_instance.main.performance_insights_enabled && aws_db_instance.main.max_allocated_storage == 100
    error_message = "options of the load balancer and the database"
  }
  assert {
    condition     = aws_vpc_endpoint.s3[0].vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3[0].service_name == "com.amazonaws.eu-west-1.s3" && aws_vpc_endpoint.s3[0].route_table_ids == toset([aws_route_table.public.id])
    error_message = "a gateway endpoint, which costs nothing"
  }
  assert {
    condition     = aws_flow_log.main[0].log_destination_type == "s3" && aws_flow_log.main[0].log_destination == var.flow_logs_bucket_arn && aws_flow_log.main[0].vpc_id == aws_vpc.main.id
    error_message = "flow logs of the VPC"
  }
  assert {
    condition     = aws_wafv2_web_acl_association.main[0].resource_arn == aws_lb.main.arn && aws_wafv2_web_acl_association.main[0].web_acl_arn == var.web_acl_arn
    error_message = "the load balancer is behind the web ACL"
  }
  assert {
    condition = alltrue([
      for service in aws_ecs_service.service : { for one in service.capacity_provider_strategy : one.capacity_provider => one.weight } == { FARGATE = 25, FARGATE_SPOT = 75 }
    ]) && aws_ecs_cluster_capacity_providers.main[0].capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "three of four tasks on Spot"
  }
  assert {
    condition     = alltrue([for service in aws_ecs_service.service : service.enable_execute_command]) && !jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].readonlyRootFilesystem && jsondecode(aws_ecs_task_definition.service["api"].container_definitions)[0].linuxParameters.initProcessEnabled && alltrue([for policy in aws_iam_role_policy.task : strcontains(policy.policy, "ssmmessages:OpenDataChannel")])
    error_message = "a shell needs a session and a file system that its agent can write to"
  }
  assert {
    condition     = aws_db_instance.main.kms_key_id == var.kms_key_arn
    error_message = "the database has the key that was asked for"
  }
}

run "all_tasks_on_spot" {
  command = plan

  variables {
    fargate_spot_weight = 100
  }

  assert {
    condition     = alltrue([for service in aws_ecs_service.service : [for one in service.capacity_provider_strategy : one.capacity_provider] == ["FARGATE_SPOT"]])
    error_message = "a provider without weight is not named"
  }
}
