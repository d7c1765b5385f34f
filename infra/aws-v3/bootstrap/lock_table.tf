# Terraform's own S3 lock file is what newer versions prefer; the table is the lock that older ones and the runbook know.
# The stack takes both.
resource "aws_dynamodb_table" "lock" {
  #checkov:skip=CKV_AWS_28:A lock is of minutes.
  #checkov:skip=CKV_AWS_119:The key that AWS owns is enough for locks.

  name         = var.lock_table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }
}
