####################################################################################################
# Deployment
####################################################################################################

variable "name" {
  type        = string
  description = "First part of every name. Bucket names are shared by all of AWS, so choose one of your own: 3 to 24 of a-z, 0-9 and hyphens, for example \"acme-dayshift\"."

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) >= 3 && length(var.name) <= 24
    error_message = "name must be 3 to 24 lower-case letters, digits and single hyphens, beginning with a letter, for example \"acme-dayshift\"; got \"${var.name}\"."
  }
}

variable "environment" {
  type        = string
  description = "Second part of every name: 2 to 12 of a-z and 0-9, for example \"prod\"; on a laptop also \"local-fleet\"."

  validation {
    # No hyphen: "a-b" + "c" and "a" + "b-c" would be the same names. The local AWSs share nothing, so theirs may have one.
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment)) || var.environment == "local-fleet"
    error_message = "environment must be 2 to 12 lower-case letters and digits, beginning with a letter, for example \"prod\"; got \"${var.environment}\"."
  }
}

variable "region" {
  type        = string
  description = "AWS Region of everything, for example \"eu-west-1\". It must have the services of the families used."
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[1-9]$", var.region))
    error_message = "region must be a Region's code, for example \"eu-west-1\"; got \"${var.region}\"."
  }
}

variable "repository" {
  type        = string
  description = "Where this configuration is kept; the value of the tag Repository. Up to 256 characters, for example \"github.com/acme/dayshift\"."
  default     = "dayshift"

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.repository))
    error_message = "repository must be a tag value: letters, digits, spaces and _ . : / = + - @, for example \"github.com/acme/dayshift\"; got \"${var.repository}\"."
  }
}

####################################################################################################
# Encryption
####################################################################################################

variable "kms_key" {
  type = object({
    create = optional(bool, false)
    arn    = optional(string)
  })
  description = "Customer-managed key for buckets, queues, logs and environments: make one (create = true, 1 USD a month) or use one of yours (arn; its policy must admit the logs service of the Region). Neither: keys owned by AWS, at no cost. Example: { create = true }."
  default     = {}

  validation {
    condition     = var.kms_key.arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key.arn))
    error_message = "kms_key.arn must be the ARN of a key (not of an alias), for example \"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode(var.kms_key.arn)}."
  }

  validation {
    condition     = !(var.kms_key.create && var.kms_key.arn != null)
    error_message = "kms_key is either made or given, for example { create = true }; got ${jsonencode(var.kms_key)}."
  }
}

####################################################################################################
# Buckets
####################################################################################################

variable "retention_days" {
  type = object({
    images       = optional(number)
    old_versions = optional(number, 30)
    results      = optional(number)
    logs         = optional(number, 365)
  })
  description = "Days after which images, versions that were overwritten or deleted, results and logs are removed. null keeps images and results for ever. At least 15 for objects, since an image may wait 14 days in its queue. Example: { images = 90, logs = 30 }."
  default     = {}

  validation {
    condition = alltrue([
      for days in [var.retention_days.images, var.retention_days.old_versions, var.retention_days.results] :
      days == null ? true : days >= 15 && days == floor(days)
    ])
    error_message = "retention_days of images, old_versions and results must be null or whole days from 15 (messages wait up to 14), for example 30; got ${jsonencode(var.retention_days)}."
  }

  validation {
    # The sweep takes an image without a record for one that was never read.
    condition = var.retention_days.results == null ? true : (
      var.retention_days.images == null ? false :
      var.retention_days.results >= var.retention_days.images + var.retention_days.old_versions
    )
    error_message = "retention_days.results must be null or at least images + old_versions, for example { images = 60, old_versions = 30, results = 90 }: an image that outlives its result would be read and paid again; got ${jsonencode(var.retention_days)}."
  }

  validation {
    condition = contains([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ], var.retention_days.logs)
    error_message = "retention_days.logs must be a period that CloudWatch Logs knows, for example 30, 90 or 365; got ${jsonencode(var.retention_days.logs)}."
  }
}

variable "access_log_bucket" {
  type        = string
  description = "Name of an existing bucket for the S3 access logs of both buckets, for example \"acme-access-logs\". null: no access logs."
  default     = null

  validation {
    condition     = var.access_log_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_log_bucket))
    error_message = "access_log_bucket must be a bucket's name, for example \"acme-access-logs\"; got ${jsonencode(var.access_log_bucket)}."
  }
}
