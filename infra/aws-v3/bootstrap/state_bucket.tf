# Lives for hours, like the environment, so noncurrent versions are not expired by a lifecycle rule (which acts once a
# day at best): teardown deletes every version itself. No force_destroy either: only an emptied bucket may go.
resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:Who reads or writes a state is in CloudTrail, where an account turns data events on.
  #checkov:skip=CKV_AWS_144:A state is worth as much as its environment, which has one region.
  #checkov:skip=CKV_AWS_145:A KMS key would stay, and be paid for, at least a week after the environment is gone.
  #checkov:skip=CKV2_AWS_61:The teardown deletes every version itself.
  #checkov:skip=CKV2_AWS_62:Nobody waits for a change of a state.

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
    # Not a KMS key of its own: that would stay, and be paid for, at least a week after the environment is gone.
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

# State holds secrets in plain text, so it never travels without TLS.
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
