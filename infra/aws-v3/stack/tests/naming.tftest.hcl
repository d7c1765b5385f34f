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

run "names_of_the_platform" {
  command = plan

  assert {
    condition     = aws_ecs_cluster.main.name == "order-platform-dev-v3-cluster"
    error_message = "cluster"
  }
  assert {
    condition     = aws_ecs_service.service["api"].name == "order-platform-dev-v3-api-svc" && aws_ecs_service.service["worker"].name == "order-platform-dev-v3-worker-svc"
    error_message = "services"
  }
  assert {
    condition     = aws_ecr_repository.service["api"].name == "order-platform-dev-v3-api" && aws_ecr_repository.service["worker"].name == "order-platform-dev-v3-worker"
    error_message = "repositories"
  }
  assert {
    condition     = output.log_group_api == "/ecs/order-platform-dev-v3/api" && output.log_group_worker == "/ecs/order-platform-dev-v3/worker"
    error_message = "log groups"
  }
  assert {
    condition     = aws_lb.main.name == "order-platform-dev-v3-alb" && aws_lb_target_group.api.name == "order-platform-dev-v3-api-tg"
    error_message = "a name that fits stays as it is"
  }
  assert {
    condition = tomap(local.tags) == tomap({
      project      = "order-platform"
      environment  = "dev"
      run          = "dev-20300131T100000-abcdef"
      owner        = "arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:1"
      "expires-at" = "2030-01-31T18:00:00Z"
      "managed-by" = "terraform"
    })
    error_message = "the six tags of every resource"
  }
}

run "a_long_name" {
  command = plan

  variables {
    environment = "feature-checkout-2030"
    prefix      = "order-platform-feature-checkout-2030-v3"
  }

  assert {
    condition     = length(aws_lb.main.name) <= 32 && length(aws_lb_target_group.api.name) <= 32
    error_message = "a load balancer's and a target group's name have 32 characters"
  }
  assert {
    condition     = aws_lb.main.name == "order-platform-featur-0fcc32-alb" && aws_lb_target_group.api.name == "order-platform-fea-0fcc32-api-tg"
    error_message = "a shortened name has a readable head, a hash of the whole prefix and its suffix, but is ${aws_lb.main.name}"
  }
  assert {
    condition     = can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9])*$", aws_lb.main.name)) && can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9])*$", aws_lb_target_group.api.name))
    error_message = "no double, leading or trailing hyphen"
  }
}
