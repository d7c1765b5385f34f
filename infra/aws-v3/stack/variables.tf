variable "project" {
  description = "What the environment belongs to; the value of the tag \"project\"."
  type        = string
  default     = "order-platform"
}

variable "environment" {
  description = "Name of the environment, as its operator asked for it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.environment))
    error_message = "The environment must be 2 to 21 characters: a lower-case letter, then a-z, 0-9 or \"-\"."
  }
}

variable "prefix" {
  description = "Head of every name, such as order-platform-dev-v3."
  type        = string

  validation {
    # RDS refuses a double or trailing hyphen; 40 leaves room for the longest suffix in a 63-character bucket name.
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.prefix)) && !strcontains(var.prefix, "--")
    error_message = "The prefix must be 3 to 40 characters of a-z, 0-9 and single hyphens, starting with a letter."
  }
}

variable "account_id" {
  description = "The one account that may be touched; with credentials of another, nothing is read or changed."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "run" {
  description = "Id of this life of the environment, from provision to the last sweep."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$", var.run))
    error_message = "The run must be 1 to 80 characters of letters, digits, \".\", \"_\", \":\" and \"-\"."
  }
}

variable "owner" {
  description = "Who asked for the environment: a name, an address or an ARN."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.owner))
    error_message = "The owner must be 1 to 256 characters that a tag value may have."
  }
}

variable "expires_at" {
  description = "When the environment is due to be destroyed, RFC 3339 in UTC."
  type        = string

  validation {
    condition     = can(regex("Z$", var.expires_at)) && can(timeadd(var.expires_at, "0s"))
    error_message = "expires_at must be a time such as 2030-01-31T18:00:00Z."
  }
}

variable "max_retries" {
  description = "How often the provider repeats a refused call; null for its own default (25). An emulator needs few: a call it lacks looks like an outage."
  type        = number
  default     = null

  validation {
    condition     = var.max_retries == null ? true : var.max_retries >= 0 && var.max_retries <= 50
    error_message = "max_retries must be between 0 and 50."
  }
}

variable "s3_use_path_style" {
  description = "Whether buckets are named in paths instead of host names: an emulator has no DNS name for each bucket."
  type        = bool
  default     = false
}

variable "api_image" {
  description = "Image of the API, by digest. Null only where no service is planned: the repositories alone, or a destroy."
  type        = string
  default     = null

  validation {
    condition     = var.api_image == null ? true : can(regex("^[^ ]+@sha256:[0-9a-f]{64}$", var.api_image))
    error_message = "api_image must name an image by digest: <repository>@sha256:<64 hexadecimal digits>."
  }
}

variable "worker_image" {
  description = "Image of the worker, by digest. Null only where no service is planned: the repositories alone, or a destroy."
  type        = string
  default     = null

  validation {
    condition     = var.worker_image == null ? true : can(regex("^[^ ]+@sha256:[0-9a-f]{64}$", var.worker_image))
    error_message = "worker_image must name an image by digest: <repository>@sha256:<64 hexadecimal digits>."
  }
}

variable "permissions_boundary" {
  description = "ARN of the managed policy that bounds every role of the stack; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512}$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "notifications_topic_arn" {
  description = "ARN of the topic whose subscribers operate the environment; alarms and events are published to it too. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.notifications_topic_arn == null ? true : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.notifications_topic_arn))
    error_message = "notifications_topic_arn must be the ARN of an SNS topic."
  }
}

variable "alert_emails" {
  description = "Addresses that alarms and events of this environment are mailed to, beside the topic of the operators."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alert_emails must hold mail addresses."
  }
}

variable "operator_token_secret_arn" {
  description = "ARN of a Secrets Manager secret, under the key that AWS manages, whose text is the bearer token of the API's routes for operators (GET /dlq). It has the tag project of this stack, or a name that begins with the prefix: the roles' boundary admits no other. Null closes them."
  type        = string
  default     = null

  validation {
    condition     = var.operator_token_secret_arn == null ? true : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$", var.operator_token_secret_arn))
    error_message = "operator_token_secret_arn must be the ARN of a secret."
  }
}

variable "cpu_architecture" {
  description = "Architecture of the images and of the tasks that run them."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "cpu_architecture must be ARM64 or X86_64."
  }
}

variable "vpc_cidr" {
  description = "Address range of the VPC, a /16 to /24."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 15)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 24, false)
    error_message = "vpc_cidr must be an IPv4 range between /16 and /24."
  }
}

variable "ingress_cidrs" {
  description = "Who may reach the load balancer."
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.ingress_cidrs) > 0 && alltrue([for cidr in var.ingress_cidrs : can(cidrnetmask(cidr))])
    error_message = "ingress_cidrs must hold at least one IPv4 range."
  }
}

variable "api" {
  description = "Size of an API task (CPU units, MiB) and how many of them run."
  type = object({
    cpu       = optional(number, 256)
    memory    = optional(number, 512)
    min_tasks = optional(number, 1)
    max_tasks = optional(number, 4)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.api.cpu) && var.api.memory >= 2 * var.api.cpu && var.api.memory <= 8 * var.api.cpu
    error_message = "api: Fargate has 256, 512, 1024, 2048 or 4096 CPU units, with 2 to 8 MiB of memory for each."
  }
  validation {
    condition     = var.api.min_tasks >= 1 && var.api.max_tasks >= var.api.min_tasks && var.api.max_tasks <= 20
    error_message = "api: 1 <= min_tasks <= max_tasks <= 20."
  }
}

variable "worker" {
  description = "Size of a worker task (CPU units, MiB) and how many of them run."
  type = object({
    cpu       = optional(number, 256)
    memory    = optional(number, 512)
    min_tasks = optional(number, 1)
    max_tasks = optional(number, 4)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.worker.cpu) && var.worker.memory >= 2 * var.worker.cpu && var.worker.memory <= 8 * var.worker.cpu
    error_message = "worker: Fargate has 256, 512, 1024, 2048 or 4096 CPU units, with 2 to 8 MiB of memory for each."
  }
  validation {
    condition     = var.worker.min_tasks >= 1 && var.worker.max_tasks >= var.worker.min_tasks && var.worker.max_tasks <= 20
    error_message = "worker: 1 <= min_tasks <= max_tasks <= 20."
  }
}

variable "database" {
  description = "The PostgreSQL instance: class, engine version, storage in GiB and the largest that it may grow to, database and master user, days of automated backups, a standby in another zone, Performance Insights."
  type = object({
    instance_class        = optional(string, "db.t4g.micro")
    engine_version        = optional(string, "17")
    allocated_storage     = optional(number, 20)
    name                  = optional(string, "orders")
    username              = optional(string, "order_platform")
    backup_retention_days = optional(number, 1)
    max_allocated_storage = optional(number)
    multi_az              = optional(bool, false)
    performance_insights  = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.database.allocated_storage >= 20 && var.database.allocated_storage <= 1024
    error_message = "database: allocated_storage must be 20 to 1024 GiB."
  }
  validation {
    # RDS requires a maximum that is at least 10 percent above the allocated storage.
    condition     = var.database.max_allocated_storage == null ? true : var.database.max_allocated_storage >= 1.1 * var.database.allocated_storage
    error_message = "database: max_allocated_storage must be at least 1.1 times allocated_storage."
  }
  validation {
    # "MasterUsername admin cannot be used as it is a reserved word used by the engine".
    condition     = !contains(["admin", "postgres", "rdsadmin", "rds_superuser", "public", "order_migration", "order_api", "order_worker"], var.database.username)
    error_message = "database: username is a name that RDS or the services reserve."
  }
  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database.name)) && can(regex("^[a-z][a-z0-9_]{0,62}$", var.database.username))
    error_message = "database: name and username must be lower-case PostgreSQL identifiers."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the services' logs."
  type        = number
  default     = 7
}

variable "log_level" {
  description = "Least severe level that the services log."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "log_level must be debug, info, warn or error."
  }
}
