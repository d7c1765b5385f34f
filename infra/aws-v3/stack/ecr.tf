# No lifecycle policy: ECR knows neither task definitions nor the environment's record. A task definition names its image
# by digest, and that digest may be old, beyond any count, and without a tag, once its commit has been pushed again. The
# images go with the repository.
resource "aws_ecr_repository" "service" {
  #checkov:skip=CKV_AWS_51:The stable tag moves; tasks name their image by digest.
  #checkov:skip=CKV_AWS_136:The key that AWS owns is enough for code.

  for_each = local.services

  name = "${var.prefix}-${each.key}"
  # The commit's tag never moves, but the stable tag must.
  image_tag_mutability = "MUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}
