# Documents arrive in this bucket.
resource "aws_s3_bucket" "documents" {
  bucket = local.bucket
  # The content of an environment is deleted with it.
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "documents" {
  bucket = aws_s3_bucket.documents.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# S3 announces each document that arrives.
resource "aws_s3_bucket_notification" "arrivals" {
  bucket = aws_s3_bucket.documents.id

  queue {
    queue_arn = aws_sqs_queue.work.arn
    events    = ["s3:ObjectCreated:*"]
  }
}
