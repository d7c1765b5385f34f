locals {
  # A sweep finds resources by the tags "project" and "environment", and these tags decide what a teardown may remove.
  tags = {
    project      = var.project
    environment  = var.environment
    run          = var.run
    owner        = var.owner
    "expires-at" = var.expires_at
    "managed-by" = "terraform"
  }

  # The name contains the account, because names of buckets are globally unique.
  bucket = "${var.prefix}-documents-${var.account_id}"
  work   = "${var.prefix}-work"
}
