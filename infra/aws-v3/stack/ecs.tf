# Container Insights is off by default: its metrics are billed by the hour, and the alarms use the metrics that ECS sends at no charge.
resource "aws_ecs_cluster" "main" {
  #checkov:skip=CKV_AWS_65:Container Insights is an option, container_insights: it is billed by the metric.

  name = local.name.cluster

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }

  # GuardDuty's Runtime Monitoring puts an endpoint and a security group into the VPC, and they prevent its
  # deletion. With this tag, GuardDuty excludes the cluster: "Removing Runtime Monitoring" in the ECS Developer Guide.
  tags = { GuardDutyManaged = "false" }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  count = var.fargate_spot_weight == 0 ? 0 : 1

  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

locals {
  # The map has the weight of each capacity provider. Without Spot there is no strategy, and the launch type applies.
  capacity = var.fargate_spot_weight == 0 ? {} : {
    for name, weight in { FARGATE = 100 - var.fargate_spot_weight, FARGATE_SPOT = var.fargate_spot_weight } : name => weight if weight > 0
  }

  images = { api = var.api_image, worker = var.worker_image }
  sizes  = { api = var.api, worker = var.worker }

  environment = {
    AWS_REGION = data.aws_region.current.id
    DB_HOST    = aws_db_instance.main.address
    DB_PORT    = tostring(aws_db_instance.main.port)
    DB_NAME    = var.database.name
    LOG_LEVEL  = var.log_level
  }
  runtime = {
    for service in local.services : service => merge(local.environment, {
      DB_USER = local.database_roles[service]
      # The service reads the password from its secret for each connection.
      DB_SECRET_ARN = aws_secretsmanager_secret.database[service].arn
      QUEUE_URL     = aws_sqs_queue.order_events.url
    })
  }
  environments = {
    api = merge(
      local.runtime.api,
      { PORT = tostring(local.api_port) },
      var.operator_token_secret_arn == null ? {} : { OPERATOR_TOKEN_SECRET_ARN = var.operator_token_secret_arn },
    )
    worker = merge(local.runtime.worker, { HEALTH_PORT = tostring(local.worker_health_port) })
  }
  # Before the service of a task starts, the same image updates the schema and the role of that service as the master
  # user. The agent reads the passwords with the execution role: no container can take that role, and no task role
  # reads the master user's secret.
  migrations = {
    for service in local.services : service => {
      environment = merge(local.environment, { DB_USER = var.database.username, RUNTIME_USER = local.database_roles[service] })
      secrets = {
        DB_PASSWORD      = "${aws_db_instance.main.master_user_secret[0].secret_arn}:password::"
        RUNTIME_PASSWORD = "${aws_secretsmanager_secret.database[service].arn}:password::"
      }
    }
  }
  ports = { api = local.api_port, worker = local.worker_health_port }

  # An init process ends the processes that a shell session leaves.
  shell = { for name, value in { linuxParameters = { initProcessEnabled = true } } : name => value if var.execute_command }

  logging = {
    for service in local.services : service => {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.service[service].name
        "awslogs-region"        = data.aws_region.current.id
        "awslogs-stream-prefix" = service
      }
    }
  }

  # The load balancer checks the API. The worker has no reachable port: its container checks on its own loopback interface
  # whether the loop runs, and a task is not healthy before it polls the queue.
  container_health = {
    api = {}
    worker = {
      healthCheck = {
        command     = ["CMD", "node", "--eval", "fetch('http://127.0.0.1:${local.worker_health_port}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
        interval    = 15
        timeout     = 5
        retries     = 3
        startPeriod = 60
      }
    }
  }
}

resource "aws_ecs_task_definition" "service" {
  for_each = local.services

  family                   = "${var.prefix}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.sizes[each.key].cpu
  memory                   = local.sizes[each.key].memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task[each.key].arn

  runtime_platform {
    cpu_architecture        = var.cpu_architecture
    operating_system_family = "LINUX"
  }

  # Neither container has its own size: they run one after the other, and each may use the whole task.
  container_definitions = jsonencode([merge(local.container_health[each.key], local.shell, {
    name                   = each.key
    image                  = local.images[each.key]
    essential              = true
    dependsOn              = [{ containerName = "migrate", condition = "SUCCESS" }]
    readonlyRootFilesystem = !var.execute_command
    # Between SIGTERM and SIGKILL, the service finishes the current order or returns it to the queue.
    stopTimeout      = 30
    portMappings     = [{ containerPort = local.ports[each.key], hostPort = local.ports[each.key], protocol = "tcp" }]
    environment      = [for name, value in local.environments[each.key] : { name = name, value = value }]
    logConfiguration = local.logging[each.key]
    }), {
    name                   = "migrate"
    image                  = local.images[each.key]
    command                = ["node", "migrate.mjs"]
    essential              = false
    readonlyRootFilesystem = true
    environment            = [for name, value in local.migrations[each.key].environment : { name = name, value = value }]
    secrets                = [for name, value in local.migrations[each.key].secrets : { name = name, valueFrom = value }]
    logConfiguration       = local.logging[each.key]
  }])

  lifecycle {
    precondition {
      condition     = local.images[each.key] != null
      error_message = "A service needs an image: set ${each.key}_image to the digest that was published for it."
    }
  }
}

resource "aws_ecs_service" "service" {
  #checkov:skip=CKV_AWS_333:Tasks have public addresses instead of a NAT gateway, and security groups that admit the load balancer alone.

  for_each = local.services

  name            = local.name.service[each.key]
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.service[each.key].arn
  desired_count   = local.sizes[each.key].min_tasks
  launch_type     = var.fargate_spot_weight == 0 ? "FARGATE" : null

  enable_execute_command = var.execute_command

  dynamic "capacity_provider_strategy" {
    for_each = local.capacity

    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value
    }
  }

  network_configuration {
    subnets          = [for subnet in aws_subnet.public : subnet.id]
    security_groups  = [aws_security_group.service[each.key].id]
    assign_public_ip = true
  }

  dynamic "load_balancer" {
    for_each = each.key == "api" ? [local.api_port] : []

    content {
      target_group_arn = aws_lb_target_group.api.arn
      container_name   = each.key
      container_port   = load_balancer.value
    }
  }
  health_check_grace_period_seconds = each.key == "api" ? 60 : null

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"
  # Without this argument, ECS refuses to delete a service whose deployment is failing.
  force_delete = true

  # The provider does not read the state of the rollout: after a failed rollout it would wait until its time limit. The
  # validators read the state, and stop waiting as soon as it is FAILED.
  wait_for_steady_state = false

  timeouts {
    create = "10m"
    update = "10m"
    delete = "10m"
  }

  lifecycle {
    # After creation, Application Auto Scaling manages the count.
    ignore_changes = [desired_count]
  }

  # Everything that the first task needs must exist before that task starts, or the first deployment fails. It must still
  # exist while the last task stops.
  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_lb_listener.http,
    aws_route.internet,
    aws_route_table_association.public,
    aws_secretsmanager_secret_version.database,
    aws_vpc_security_group_egress_rule.alb_to_api,
    aws_vpc_security_group_egress_rule.service_to_aws,
    aws_vpc_security_group_egress_rule.service_to_database,
    aws_vpc_security_group_ingress_rule.api_from_alb,
    aws_vpc_security_group_ingress_rule.database_from_service,
  ]
}
