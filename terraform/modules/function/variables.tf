####################################################################################################
# Function
####################################################################################################

variable "name" {
  type        = string
  description = "Name of the function, of its role and of its service in logs and metrics."
}

variable "description" {
  type        = string
  description = "One sentence for the console."
}

variable "handler" {
  type        = string
  description = "Where the zip is entered, for example \"dayshift.handlers.producer.handle\"."
}

variable "memory_mb" {
  type        = number
  description = "Memory in MB; 1769 MB are one core."
}

variable "timeout_seconds" {
  type        = number
  description = "Longest run in seconds."
}

variable "reserved_concurrency" {
  type        = number
  description = "Runs at once that the account keeps for this function, and the most it may have; -1 for neither."
  default     = -1
}

variable "environment" {
  type        = map(string)
  description = "Environment of the function beside the POWERTOOLS_* of every function; see tests/contract/environment.json."
}

variable "settings" {
  type = object({
    package_file            = string
    runtime                 = string
    architecture            = string
    log_level               = string
    log_retention_days      = number
    enable_tracing          = bool
    code_signing_config_arn = optional(string)
  })
  description = "What all functions have in common."
}

variable "failed_events" {
  type        = object({ queue_arn = string })
  description = "Where events end that fail for good, for functions that are invoked asynchronously; null for functions that poll."
  default     = null
}

variable "retries" {
  type        = object({ attempts = number, age_seconds = number })
  description = "How often, and how long, Lambda tries an event again that failed; null for its most."
  default     = null
}

variable "tags" {
  type        = map(string)
  description = "Tags beside the provider's default ones, for example { Model = \"signs\" }."
  default     = {}
}

####################################################################################################
# Encryption
####################################################################################################

variable "kms_key" {
  type        = object({ arn = string })
  description = "Customer-managed key of log and environment, and of all that the function reads and writes; null for none."
  default     = null
}

####################################################################################################
# Permissions
####################################################################################################

variable "statements" {
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    condition = optional(map(map(list(string))), {})
  }))
  description = "What the function may do beside logging and tracing: one statement an intent."
}
