locals {
  # By "project" and "environment" a sweep finds what it has to look for, and a teardown knows what it may remove.
  tags = {
    project      = var.project
    environment  = var.environment
    run          = var.run
    owner        = var.owner
    "expires-at" = var.expires_at
    "managed-by" = "terraform"
  }

  # Of the account too, since names of buckets are shared with the whole world.
  bucket = "${var.prefix}-documents-${var.account_id}"
  work   = "${var.prefix}-work"
}
