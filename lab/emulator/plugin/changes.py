"""The import of this module registers every change to moto."""

from . import atomic, cloudcontrol, cloudformation, cloudwatch, codebuild, dispatch, ec2, ecr, iam, kms, lambda_, rds, recorded, refusals, s3, s3_refusals, sqs, tagging, terraform  # noqa: F401 - each registers its changes
