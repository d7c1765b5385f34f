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

  name = "${var.prefix}-api"
}
