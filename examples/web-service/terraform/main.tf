# Everything that costs is made by modules, as with those of a registry.

module "network" {
  source = "./modules/network"

  name = var.prefix
  cidr = "10.20.0.0/16"
}

module "load_balancer" {
  source = "./modules/load-balancer"

  name       = var.prefix
  vpc_id     = module.network.vpc_id
  subnet_ids = module.network.public_subnet_ids
  port       = 8080
  health     = "/health"

  # An internet-facing load balancer is refused in a VPC without a way out.
  depends_on = [module.network]
}

resource "aws_ecs_cluster" "main" {
  name = "${var.prefix}-cluster"
}

module "web" {
  source = "./modules/ecs-service"

  name                 = "${var.prefix}-web"
  log_group            = "/ecs/${var.prefix}/web"
  image                = var.web_image
  cluster_arn          = aws_ecs_cluster.main.arn
  vpc_id               = module.network.vpc_id
  subnet_ids           = module.network.public_subnet_ids
  port                 = 8080
  target_group_arn     = module.load_balancer.target_group_arn
  client_group_id      = module.load_balancer.security_group_id
  permissions_boundary = var.permissions_boundary
  environment          = { NAME = var.environment }
}

resource "aws_ecr_repository" "web" {
  name         = "${var.prefix}-web"
  force_delete = true
}
