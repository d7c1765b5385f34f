mock_provider "aws" {
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/short-links-dev-v1-links" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/short-links-dev-v1-api" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/short-links-dev-v1-api" }
  }
}

variables {
  project              = "short-links"
  account_id           = "123456789012"
  environment          = "dev"
  prefix               = "short-links-dev-v1"
  run                  = "dev-20300131T100000-abcdef"
  owner                = "operator"
  expires_at           = "2030-01-31T18:00:00Z"
  permissions_boundary = "arn:aws:iam::123456789012:policy/bound"
}

run "who_may_call_it" {
  command = apply

  assert {
    condition     = aws_lambda_function_url.api.authorization_type == "AWS_IAM"
    error_message = "nobody without a signature reaches the API"
  }
  assert {
    condition     = aws_iam_role.api.permissions_boundary == var.permissions_boundary
    error_message = "the role of the function is bounded"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.api.policy).Statement[0].Resource == aws_dynamodb_table.links.arn
    error_message = "the function reaches its own table alone"
  }
}
