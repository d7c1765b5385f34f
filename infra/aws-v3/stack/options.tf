# These options extend the low-cost defaults. All of them are off, and most of them cost money by the hour or by use.

variable "certificate_arn" {
  description = "ARN of an ACM certificate of this region: the load balancer then serves HTTPS on port 443 too. Null for HTTP alone, which validations use, since they know no name but the load balancer's own."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null ? true : can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+$", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate."
  }
}

variable "access_logs_bucket" {
  description = "Bucket that the load balancer writes its access logs to; it must admit that, and outlives the environment. Null for none."
  type        = string
  default     = null
}

variable "container_insights" {
  description = "Whether the cluster sends the metrics of Container Insights, which are billed by the hour: disabled, enabled or enhanced."
  type        = string
  default     = "disabled"

  validation {
    condition     = contains(["disabled", "enabled", "enhanced"], var.container_insights)
    error_message = "container_insights must be disabled, enabled or enhanced."
  }
}

variable "s3_gateway_endpoint" {
  description = "Whether the subnets of the tasks reach S3 by a gateway endpoint of the VPC, which is free, instead of the internet gateway, which is free too: a policy of a bucket can then name the VPC."
  type        = bool
  default     = false
}

variable "flow_logs_bucket_arn" {
  description = "ARN of the bucket that the VPC's flow logs are delivered to; it must admit that, and outlives the environment. Null for none. Delivery is billed by the gigabyte."
  type        = string
  default     = null

  validation {
    condition     = var.flow_logs_bucket_arn == null ? true : can(regex("^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.+)?$", var.flow_logs_bucket_arn))
    error_message = "flow_logs_bucket_arn must be the ARN of a bucket, or of a prefix in it."
  }
}

variable "web_acl_arn" {
  description = "ARN of a regional web ACL of AWS WAF that the load balancer is put behind; it is billed by the month and by the request. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null ? true : can(regex("^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$", var.web_acl_arn))
    error_message = "web_acl_arn must be the ARN of a regional web ACL."
  }
}

variable "fargate_spot_weight" {
  description = "Percentage of the tasks that run on Fargate Spot, at about a third of the price; AWS may stop them with two minutes' notice. A service is replaced when this becomes 0, or stops being 0."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.fargate_spot_weight >= 0 && var.fargate_spot_weight <= 100 && floor(var.fargate_spot_weight) == var.fargate_spot_weight
    error_message = "fargate_spot_weight must be a whole number from 0 to 100."
  }
}

variable "execute_command" {
  description = "Whether people whom IAM allows it may open a shell in a running task (ECS Exec). Its agent writes to the root file system, which is read-only otherwise."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that the database's storage and its backups are encrypted with; it has the tag project of this stack. Null for the key that AWS manages. A change replaces the database."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key, and not of an alias."
  }
}
