locals {
  tags = {
    project      = var.project
    environment  = var.environment
    run          = var.run
    owner        = var.owner
    "expires-at" = var.expires_at
    "managed-by" = "terraform"
  }

  # The names of load balancers and target groups have at most 32 characters. A longer name keeps a readable beginning and
  # gets a hash of the whole prefix, so that two prefixes with the same beginning never share a name.
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

  # The PostgreSQL role of each service. services/migrate/grants.ts has the grants of these roles.
  database_roles = { api = "order_api", worker = "order_worker" }

  # Other resources only mention these names. They take them from here and not from the resource, so that an alarm or a
  # dashboard waits neither until a database is created nor until a service is deleted.
  name = {
    cluster  = "${var.prefix}-cluster"
    service  = { for service in local.services : service => "${var.prefix}-${service}-svc" }
    database = "${var.prefix}-db"
    queue    = "${var.prefix}-order-events"
    dlq      = "${var.prefix}-order-events-dlq"
  }
}
