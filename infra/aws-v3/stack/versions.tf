terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }

  # The backend is partial on purpose: -backend-config sets bucket, key, region and locks from the environment's record.
  backend "s3" {}
}
