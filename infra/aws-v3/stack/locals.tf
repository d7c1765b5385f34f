locals {
  tags = {
    project      = var.project
    environment  = var.environment
    run          = var.run
    owner        = var.owner
    "expires-at" = var.expires_at
    "managed-by" = "terraform"
  }

  # Load balancers and target groups have 32 characters. A name that is too long keeps a readable head and gets a hash of
  # the whole prefix, so that two prefixes with the same head never share a name.
  short_name = {
    for suffix in ["alb", "api-tg"] : suffix => (
      length("${var.prefix}-${suffix}") <= 32
      ? "${var.prefix}-${suffix}"
      : "${trimsuffix(substr(var.prefix, 0, 24 - length(suffix)), "-")}-${substr(sha256(var.prefix), 0, 6)}-${suffix}"
    )
  }

  services           = toset(["api", "worker"])
  api_port           = 8080
  worker_health_port = 8081
  database_port      = 5432

  # Who each service is in PostgreSQL; services/migrate/grants.ts says what they may do there.
  database_roles = { api = "order_api", worker = "order_worker" }

  # Names that other resources only mention. Taken from here and not from the resource, so that an alarm or a dashboard
  # waits neither for a database to be made nor for a service to be gone.
  name = {
    cluster  = "${var.prefix}-cluster"
    service  = { for service in local.services : service => "${var.prefix}-${service}-svc" }
    database = "${var.prefix}-db"
    queue    = "${var.prefix}-order-events"
    dlq      = "${var.prefix}-order-events-dlq"
  }
}
