mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-1a", "eu-west-1b"] }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/web-dev-v1-web-execution" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web-dev-v1-alb/0123456789abcdef" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web-dev-v1-tg/0123456789abcdef" }
  }
}

variables {
  project              = "web"
  account_id           = "123456789012"
  environment          = "dev"
  prefix               = "web-dev-v1"
  run                  = "dev-20300131T100000-abcdef"
  owner                = "operator"
  expires_at           = "2030-01-31T18:00:00Z"
  permissions_boundary = "arn:aws:iam::123456789012:policy/bound"
  web_image            = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web-dev-v1-web@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "what_validates_it_knows" {
  command = apply

  assert {
    condition     = output.api_service_name == "web-dev-v1-web-svc" && output.ecs_cluster_name == "web-dev-v1-cluster"
    error_message = "names begin with the prefix"
  }
  assert {
    condition     = length(module.network.public_subnet_ids) == 2
    error_message = "a load balancer needs two zones"
  }
}
