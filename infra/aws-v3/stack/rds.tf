resource "aws_db_subnet_group" "main" {
  name       = "${var.prefix}-db"
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_db_instance" "main" {
  #checkov:skip=CKV_AWS_157:A standby is an option, database.multi_az.
  #checkov:skip=CKV_AWS_293:An environment is destroyed routinely.
  #checkov:skip=CKV_AWS_118:Enhanced monitoring is billed by what it logs, to a log group that nobody owns.
  #checkov:skip=CKV_AWS_353:Performance Insights is an option, database.performance_insights.
  #checkov:skip=CKV_AWS_129:RDS would create a log group that nobody owns.
  #checkov:skip=CKV_AWS_161:IAM authentication needs memory that the smallest class does not have; see secrets.tf.
  #checkov:skip=CKV2_AWS_30:SQL statements contain the orders of customers.

  identifier     = local.name.database
  engine         = "postgres"
  engine_version = var.database.engine_version
  instance_class = var.database.instance_class

  allocated_storage     = var.database.allocated_storage
  max_allocated_storage = var.database.max_allocated_storage
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name  = var.database.name
  username = var.database.username
  # RDS creates, stores and rotates the password, and deletes its secret with the instance. Terraform never receives it. Only
  # migrations use it.
  manage_master_user_password = true

  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = var.database.multi_az

  backup_retention_period = var.database.backup_retention_days
  copy_tags_to_snapshot   = true

  performance_insights_enabled = var.database.performance_insights

  apply_immediately = true

  # An environment is destroyed routinely, and nothing that costs money may outlive it. For the same reason no logs are
  # exported: RDS would create a log group that nobody owns.
  deletion_protection      = false
  skip_final_snapshot      = true
  delete_automated_backups = true

  timeouts {
    create = "30m"
    delete = "30m"
  }
}
