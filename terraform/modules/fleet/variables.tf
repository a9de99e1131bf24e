####################################################################################################
# Fleet
####################################################################################################

variable "group" {
  type        = string
  description = "Name of the group, of its role and of its workers' service in logs and metrics: <name>-<environment>-<model>-workers."
}

variable "prefix" {
  type        = string
  description = "The deployment, <name>-<environment>: whose group this is."
}

variable "account" {
  type        = object({ partition = string, region = string, id = string })
  description = "Where the group lies; its ARN is made of it."
}

variable "fleet" {
  type = object({
    vpc_id          = string
    subnet_ids      = list(string)
    instance_types  = list(string)
    maximum_workers = number
    warm_pool_size  = number
    spot_percent    = number
    ami_parameter   = optional(string)
    volume_gb       = number
  })
  description = "The machines: the model's options.fleet. No instance types: one that fits the architecture."
}

variable "tags" {
  type        = map(string)
  description = "Tags beside the provider's default ones, for example { Model = \"faces\" }."
}

variable "default_tags" {
  type        = map(string)
  description = "The provider's default tags, for what it does not tag itself: machines and their volumes."
}

####################################################################################################
# Worker
####################################################################################################

variable "environment" {
  type        = map(string)
  description = "What the model tells its workers; see tests/contract/environment.json."
}

variable "packages" {
  type = object({
    bucket  = object({ name = string, arn = string })
    package = object({ key = string, sha256 = string })
    bundle  = object({ key = string, sha256 = string })
  })
  description = "Where the package of the functions lies, and the bundle of what a worker needs besides."
}

variable "settings" {
  type = object({
    architecture       = string
    log_level          = string
    log_retention_days = number
  })
  description = "What functions and workers have in common."
}

####################################################################################################
# Encryption
####################################################################################################

variable "kms_key" {
  type        = object({ arn = string })
  description = "Customer-managed key of the log, and of all that a worker reads and writes; null for none."
  default     = null
}

####################################################################################################
# Permissions
####################################################################################################

variable "statements" {
  type        = list(object({ sid = string, actions = list(string), resources = list(string) }))
  description = "What a worker may do beside logging, fetching its packages and saying how it is: one statement an intent."
}
