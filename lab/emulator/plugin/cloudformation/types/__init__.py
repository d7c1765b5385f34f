"""Each module has the providers of one AWS service. Importing a module registers its types."""

from . import (  # noqa: F401
    cloudformation,
    cloudwatch,
    codebuild,
    dynamodb,
    ecr,
    events,
    iam,
    kms,
    lambda_,
    logs,
    s3,
    scheduler,
    secretsmanager,
    sns,
    sqs,
    ssm,
    stepfunctions,
)
