locals {
  tags = {
    project      = var.project
    environment  = var.environment
    run          = var.run
    owner        = var.owner
    "expires-at" = var.expires_at
    "managed-by" = "terraform"
  }
}
