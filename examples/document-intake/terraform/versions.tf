terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }

  # The block is partial on purpose: bucket, key, region and locks come from the environment's record, by
  # -backend-config.
  backend "s3" {}
}
