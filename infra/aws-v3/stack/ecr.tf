# The repositories have no lifecycle policy, because ECR reads neither task definitions nor the environment's record. A task
# definition names its image by digest. That digest may be older than any count covers, and it has no tag after its commit
# is pushed again. The images are deleted with the repository.
resource "aws_ecr_repository" "service" {
  #checkov:skip=CKV_AWS_51:The stable tag moves; tasks name their image by digest.
  #checkov:skip=CKV_AWS_136:The key that AWS owns is enough for code.

  for_each = local.services

  name = "${var.prefix}-${each.key}"
  # The tag of the commit never moves, but the stable tag must.
  image_tag_mutability = "MUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}
