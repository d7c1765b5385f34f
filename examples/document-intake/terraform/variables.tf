# Every root is given these variables. All of them have to be declared, whether they are used or not.

variable "project" {
  description = "What the environment belongs to; the value of the tag \"project\"."
  type        = string
}

variable "environment" {
  description = "Name of the environment, as its operator asked for it."
  type        = string
}

variable "prefix" {
  description = "Head of every name, such as document-intake-dev."
  type        = string
}

variable "account_id" {
  description = "The one account that may be touched; with credentials of another, nothing is read or changed."
  type        = string
}

variable "run" {
  description = "Id of this life of the environment, from provision to the last sweep."
  type        = string
}

variable "owner" {
  description = "Who asked for the environment."
  type        = string
}

variable "expires_at" {
  description = "When the environment is due to be destroyed, RFC 3339 in UTC."
  type        = string
}

variable "max_retries" {
  description = "How often the provider repeats a refused call; null for its own default."
  type        = number
  default     = null
}

variable "s3_use_path_style" {
  description = "Whether buckets are named in paths instead of host names, as an emulator needs it."
  type        = bool
  default     = false
}
