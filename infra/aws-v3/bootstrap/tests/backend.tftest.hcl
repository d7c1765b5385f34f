mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::order-platform-dev-v3-tfstate-123456789012" }
  }
}

variables {
  account_id   = "123456789012"
  environment  = "dev"
  prefix       = "order-platform-dev-v3"
  run          = "dev-20300131T100000-abcdef"
  owner        = "operator"
  expires_at   = "2030-01-31T18:00:00Z"
  state_bucket = "order-platform-dev-v3-tfstate-123456789012"
  lock_table   = "order-platform-dev-v3-tflock"
}

run "backend" {
  command = apply

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "versioned"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "encrypted"
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls,
      aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls,
      aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "private"
  }
  assert {
    condition     = aws_s3_bucket.state.force_destroy != true
    error_message = "a bucket with state in it is never deleted"
  }
  assert {
    condition     = aws_dynamodb_table.lock.hash_key == "LockID" && aws_dynamodb_table.lock.billing_mode == "PAY_PER_REQUEST"
    error_message = "a lock table that Terraform can use, and that costs nothing at rest"
  }
}

run "a_bucket_name_that_s3_refuses" {
  command = plan

  variables {
    state_bucket = "Order_Platform"
  }

  expect_failures = [var.state_bucket]
}
