resource "aws_lb" "main" {
  #checkov:skip=CKV_AWS_91:Access logs are an option, access_logs_bucket: their bucket must outlive the environment.
  #checkov:skip=CKV_AWS_150:An environment is destroyed routinely.
  #checkov:skip=CKV2_AWS_28:A web ACL is an option, web_acl_arn: it is billed by the month.
  #checkov:skip=CKV2_AWS_20:HTTPS is an option, certificate_arn, and validations use only the DNS name of the load balancer, which no certificate covers.

  name                       = local.short_name["alb"]
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [aws_security_group.alb.id]
  subnets                    = [for subnet in aws_subnet.public : subnet.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = false

  dynamic "access_logs" {
    for_each = var.access_logs_bucket[*]

    content {
      bucket  = access_logs.value
      prefix  = var.prefix
      enabled = true
    }
  }

  # AWS refuses an internet-facing load balancer in a VPC without an internet gateway.
  depends_on = [aws_internet_gateway.main]
}

resource "aws_wafv2_web_acl_association" "main" {
  count = var.web_acl_arn == null ? 0 : 1

  resource_arn = aws_lb.main.arn
  web_acl_arn  = var.web_acl_arn
}

# The name is fixed, because no variable replaces the target group.
resource "aws_lb_target_group" "api" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; the tasks admit no other client.

  name        = local.short_name["api-tg"]
  vpc_id      = aws_vpc.main.id
  target_type = "ip"
  protocol    = "HTTP"
  port        = local.api_port

  # Requests take milliseconds. The default of five minutes would only delay every rollout and every destroy.
  deregistration_delay = 15

  health_check {
    path                = "/actuator/health"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  count = var.certificate_arn == null ? 0 : 1

  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}

resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:HTTPS is an option, certificate_arn.
  #checkov:skip=CKV_AWS_103:HTTPS is an option, certificate_arn.

  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}
