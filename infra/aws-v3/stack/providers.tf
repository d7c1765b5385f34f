# Region and credentials come from the caller's environment.
provider "aws" {
  max_retries = var.max_retries

  default_tags {
    tags = local.tags
  }
}
