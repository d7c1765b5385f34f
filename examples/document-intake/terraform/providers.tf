# The region and the credentials come from the caller's environment.
provider "aws" {
  allowed_account_ids = [var.account_id]
  max_retries         = var.max_retries
  s3_use_path_style   = var.s3_use_path_style

  default_tags {
    tags = local.tags
  }
}
