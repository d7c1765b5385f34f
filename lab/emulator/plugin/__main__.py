"""`python3 -m plugin [fd]` runs moto's server with the lab's additions. The port is announced on `fd`."""

import sys

from . import atomic, cloudcontrol, cloudformation, cloudwatch, codebuild, dispatch, ec2, ecr, iam, kms, lambda_, rds, recorded, refusals, s3, s3_refusals, server, sqs, tagging, terraform  # noqa: F401 - each registers its changes

if __name__ == "__main__":
    server.end_with_parent()
    server.serve(int(sys.argv[1]) if len(sys.argv) > 1 else None)
