# The rules of the groups name each other, and AWS does not delete a group that a rule names. A killed build may have created
# rules that are in no state, so each group revokes all of its rules before it is deleted, and not only those in the state. A
# group in use cannot be deleted, and a VPC has no two groups of one name: a group and its replacement have different names.
#
# The default group of the VPC stays as AWS created it. It is open to its own members, and it has none. EC2 gives it no tags,
# and Terraform's role changes no group without the project's tag: a permission to adopt it would cover every untagged group.
resource "aws_security_group" "alb" {
  name_prefix = "${var.prefix}-alb-"
  description = "Load balancer: HTTP from outside, on to the API"
  vpc_id      = aws_vpc.main.id

  revoke_rules_on_delete = true

  lifecycle {
    create_before_destroy = true
  }

  tags = { Name = "${var.prefix}-alb" }
}

resource "aws_security_group" "service" {
  for_each = local.services

  name_prefix = "${var.prefix}-${each.key}-"
  description = "Tasks of the ${each.key} service"
  vpc_id      = aws_vpc.main.id

  revoke_rules_on_delete = true

  lifecycle {
    create_before_destroy = true
  }

  tags = { Name = "${var.prefix}-${each.key}" }
}

resource "aws_security_group" "database" {
  name_prefix = "${var.prefix}-db-"
  description = "PostgreSQL: from the services only, and nowhere out"
  vpc_id      = aws_vpc.main.id

  revoke_rules_on_delete = true

  lifecycle {
    create_before_destroy = true
  }

  tags = { Name = "${var.prefix}-db" }
}

# The default is HTTP without TLS: an environment has no domain of its own that a certificate could name, and holds no real orders.
resource "aws_vpc_security_group_ingress_rule" "alb_http" {
  #checkov:skip=CKV_AWS_260:Who may reach the load balancer is an option, ingress_cidrs.

  for_each = var.ingress_cidrs

  security_group_id = aws_security_group.alb.id
  description       = "HTTP"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_vpc_security_group_ingress_rule" "alb_https" {
  for_each = var.certificate_arn == null ? [] : var.ingress_cidrs

  security_group_id = aws_security_group.alb.id
  description       = "HTTPS"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "alb_to_api" {
  security_group_id            = aws_security_group.alb.id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.service["api"].id
  ip_protocol                  = "tcp"
  from_port                    = local.api_port
  to_port                      = local.api_port
}

resource "aws_vpc_security_group_ingress_rule" "api_from_alb" {
  security_group_id            = aws_security_group.service["api"].id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.alb.id
  ip_protocol                  = "tcp"
  from_port                    = local.api_port
  to_port                      = local.api_port
}

resource "aws_vpc_security_group_egress_rule" "service_to_aws" {
  for_each = local.services

  security_group_id = aws_security_group.service[each.key].id
  description       = "AWS APIs and ECR"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "service_to_database" {
  for_each = local.services

  security_group_id            = aws_security_group.service[each.key].id
  description                  = "PostgreSQL"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = local.database_port
  to_port                      = local.database_port
}

resource "aws_vpc_security_group_ingress_rule" "database_from_service" {
  for_each = local.services

  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the ${each.key} service"
  referenced_security_group_id = aws_security_group.service[each.key].id
  ip_protocol                  = "tcp"
  from_port                    = local.database_port
  to_port                      = local.database_port
}
