mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:mock" }
  }
}

variables {
  project     = "document-intake"
  account_id  = "123456789012"
  environment = "dev"
  prefix      = "document-intake-dev"
  run         = "dev-20300131T100000-abcdef"
  owner       = "operator"
  expires_at  = "2030-01-31T18:00:00Z"
}

run "who_announces_documents" {
  command = apply

  assert {
    condition     = aws_s3_bucket.documents.bucket == "document-intake-dev-documents-123456789012" && aws_s3_bucket.documents.force_destroy
    error_message = "the bucket has the name that checks and grants know, and goes with what is in it"
  }
  assert {
    condition     = [for statement in jsondecode(aws_sqs_queue.work.policy).Statement : statement.Condition.ArnEquals["aws:SourceArn"]] == ["arn:aws:s3:::${aws_s3_bucket.documents.bucket}"]
    error_message = "only the bucket of the environment announces documents"
  }
}
