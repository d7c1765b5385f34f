# The services log in to the database with these passwords. They are write-only: neither a plan nor the state contains them.
# IAM authentication needs no password, but 300 to 1,000 MiB more memory, which the smallest class does not have.
resource "aws_secretsmanager_secret" "database" {
  #checkov:skip=CKV_AWS_149:The key that AWS manages costs nothing, and no other account reads the secret.
  #checkov:skip=CKV2_AWS_57:The secret is as old as the environment, which exists for days.

  for_each = local.services

  name        = "${var.prefix}-${each.key}-db"
  description = "What the ${each.key} service logs in to the database with"
  # A name is not free before the recovery window ends, and the environment may be provisioned again.
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "database" {
  for_each = local.services

  secret_id = aws_secretsmanager_secret.database[each.key].id
  secret_string_wo = jsonencode({
    username = local.database_roles[each.key]
    # The value is made of 256 bits of the system's random numbers, from which Terraform takes its UUIDs.
    password = replace("${uuid()}${uuid()}", "-", "")
  })
  # The value is written once, and again whenever this number changes.
  secret_string_wo_version = 1
}
