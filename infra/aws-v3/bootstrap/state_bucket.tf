# The bucket exists for hours, like the environment, so no lifecycle rule expires noncurrent versions (such a rule acts once
# a day at best). The teardown deletes every version itself. force_destroy is not set: only an empty bucket may be deleted.
resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:CloudTrail records who reads or writes a state if the account turns data events on.
  #checkov:skip=CKV_AWS_144:A state is only useful with its environment, which has one region.
  #checkov:skip=CKV_AWS_145:A KMS key would stay, and be paid for, at least a week after the environment is gone.
  #checkov:skip=CKV2_AWS_61:The teardown deletes every version itself.
  #checkov:skip=CKV2_AWS_62:Nothing waits for a change of a state.

  bucket = var.state_bucket
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    # The bucket has no KMS key of its own: the key would stay, and be paid for, at least a week after the environment is gone.
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# State contains secrets in plain text, so the policy denies every request without TLS.
resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyPlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses two simultaneous changes of a bucket's access configuration.
  depends_on = [aws_s3_bucket_public_access_block.state, aws_s3_bucket_ownership_controls.state]
}
