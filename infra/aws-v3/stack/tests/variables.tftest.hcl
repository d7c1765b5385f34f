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

run "values_that_aws_would_refuse_later" {
  command = plan

  variables {
    environment = "Dev_1"
    prefix      = "order--platform"
    api_image   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:latest"
    api         = { cpu = 256, memory = 4096 }
    expires_at  = "tomorrow"
    vpc_cidr    = "10.0.0.0/28"
  }

  expect_failures = [var.environment, var.prefix, var.api_image, var.api, var.expires_at, var.vpc_cidr]
}

run "options_that_aws_would_refuse_later" {
  command = plan

  variables {
    certificate_arn           = "example.com"
    notifications_topic_arn   = "runbook-notifications"
    operator_token_secret_arn = "hunter2"
    alert_emails              = ["nobody"]
    container_insights        = "on"
    flow_logs_bucket_arn      = "our-flow-logs"
    web_acl_arn               = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/ours/0f1e2d3c-1111-2222-3333-444455556666"
    fargate_spot_weight       = 0.5
    kms_key_arn               = "alias/ours"
    ingress_cidrs             = ["::/0"]
    database                  = { username = "admin", max_allocated_storage = 21 }
  }

  expect_failures = [
    var.certificate_arn, var.notifications_topic_arn, var.operator_token_secret_arn, var.alert_emails, var.container_insights, var.flow_logs_bucket_arn, var.web_acl_arn, var.fargate_spot_weight, var.kms_key_arn, var.ingress_cidrs, var.database,
  ]
}

run "a_service_without_an_image" {
  command = plan

  variables {
    worker_image = null
  }

  expect_failures = [aws_ecs_task_definition.service["worker"]]
}
