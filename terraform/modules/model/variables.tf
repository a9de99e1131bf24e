####################################################################################################
# Model
####################################################################################################

variable "name" {
  type        = string
  description = "Name of the model, for example \"signs\"."
}

variable "prefix" {
  type        = string
  description = "First part of every name: <name>-<environment>."
}

variable "account" {
  type        = object({ partition = string, region = string, id = string })
  description = "Where the model lies; its queues' ARNs are made of it."
}

variable "model" {
  type = object({
    family               = string
    target               = optional(string)
    prefix               = string
    maximum_concurrency  = number
    reserved_concurrency = number
    batch_size           = number
    power                = optional(string)
    hours = optional(object({
      timezone    = optional(string)
      open        = list(string)
      closed_on   = set(string)
      holidays_of = optional(string)
    }))
    warmup_minutes                = number
    results_within_minutes        = number
    idle_minutes                  = optional(number)
    images_per_minute             = number
    maximum_running_hours_per_day = number
    usd_per_hour                  = optional(number)
    options = object({
      features                   = set(string)
      minimum_confidence_percent = optional(number)
      maximum_labels             = optional(number)
      inference_units            = number
      maximum_inference_units    = optional(number)

      gallery          = optional(string)
      maximum_distance = optional(number)
      fleet = optional(object({
        vpc_id               = string
        subnet_ids           = list(string)
        instance_types       = list(string)
        maximum_workers      = number
        clear_within_minutes = number
        idle_minutes         = number
        warm_pool_size       = number
        spot_percent         = number
        ami_parameter        = optional(string)
        volume_gb            = number
      }))

      endpoint = optional(object({
        variants = map(object({
          image          = string
          model_data_url = optional(string)
          environment    = map(string)
          weight         = number
          instance_type  = optional(string)
          instance_count = number
          serverless     = optional(object({ memory_mb = number, maximum_concurrency = number }))
        }))
        asynchronous = bool
        kms_key_arn  = optional(string)
        content_type = string
        accept       = string
        json         = optional(string)
        response = object({
          at         = string
          name       = optional(string)
          score      = optional(string)
          names_at   = optional(string)
          scores_are = string
        })
        classes_file = optional(string)
      }))
    })
  })
  description = "The model's entry of var.models, its prefix beginning with incoming/."
}

####################################################################################################
# Power
####################################################################################################

variable "parameters_path" {
  type        = string
  description = "Where the models' parameters lie: /<name>/<environment>/models."
}

####################################################################################################
# Labeler
####################################################################################################

variable "images_bucket" {
  type        = object({ name = string, arn = string })
  description = "Where the images are."
}

variable "results_bucket" {
  type        = object({ name = string, arn = string })
  description = "Where the results go."
}

variable "memory_mb" {
  type        = number
  description = "Memory of the labeler, or of the function of jobs, in MB; 1769 MB are one core."
}

variable "packages" {
  type = object({
    bucket  = object({ name = string, arn = string })
    package = object({ key = string, sha256 = string })
    bundle  = object({ key = string, sha256 = string })
  })
  description = "Where workers fetch their packages; null where there is no fleet."
  default     = null
}

variable "default_tags" {
  type        = map(string)
  description = "The provider's default tags, for what it does not tag itself: the machines of a fleet."
  default     = {}
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

####################################################################################################
# Encryption
####################################################################################################

variable "kms_key" {
  type        = object({ arn = string, known_as = string })
  description = "Customer-managed key, and what it is called while its ARN is not known; null for keys owned by AWS."
  default     = null
}
