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

variable "state_bucket" {
  description = "Name of the bucket that holds the stack's state; globally unique."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "The state bucket must be 3 to 63 characters of a-z, 0-9 and \"-\"."
  }
}

variable "lock_table" {
  description = "Name of the DynamoDB table that locks the stack's state."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{3,255}$", var.lock_table))
    error_message = "The lock table must be 3 to 255 characters of letters, digits, \".\", \"_\" and \"-\"."
  }
}

variable "s3_use_path_style" {
  description = "Address buckets by path, as an emulator without wildcard DNS needs it."
  type        = bool
  default     = false
}
