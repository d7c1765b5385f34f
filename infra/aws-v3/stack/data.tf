data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  # Local Zones have neither Fargate nor every database class.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}
