locals {
  # A sweep finds resources by "project" and "environment", and a teardown removes only those that have these tags.
  tags = {
    project      = var.project
    environment  = var.environment
    run          = var.run
    owner        = var.owner
    "expires-at" = var.expires_at
    "managed-by" = "terraform"
  }

  # The name includes the account, since names of buckets are shared with the whole world.
  bucket = "${var.prefix}-documents-${var.account_id}"
  work   = "${var.prefix}-work"
}
