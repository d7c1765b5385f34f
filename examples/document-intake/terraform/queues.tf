# The queue has the documents to be taken in. An announcement names a document and holds nothing of it.
resource "aws_sqs_queue" "work" {
  name                       = local.work
  visibility_timeout_seconds = 30
  message_retention_seconds  = 86400
  sqs_managed_sse_enabled    = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AnnouncementsOfDocuments"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:${data.aws_region.current.id}:${var.account_id}:${local.work}"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = "arn:aws:s3:::${local.bucket}" }
        StringEquals = { "aws:SourceAccount" = var.account_id }
      }
    }]
  })
}

# A consumer puts documents here that it could not take in: a person has to check them.
resource "aws_sqs_queue" "rejected" {
  name                      = "${var.prefix}-rejected"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_region" "current" {}
