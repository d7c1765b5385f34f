# Newer versions of Terraform prefer its own S3 lock file. Older versions and the runbook use the table.
# The stack uses both locks.
resource "aws_dynamodb_table" "lock" {
  #checkov:skip=CKV_AWS_28:A lock exists for minutes.
  #checkov:skip=CKV_AWS_119:The key that AWS owns is enough for locks.

  name         = var.lock_table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }
}
