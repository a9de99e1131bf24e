####################################################################################################
# Bucket
####################################################################################################

variable "name" {
  type        = string
  description = "Name of the bucket, for example \"acme-dayshift-prod-images\"."
}

variable "access_log_bucket" {
  type        = string
  description = "Name of an existing bucket for access logs; null for none."
  default     = null
}

####################################################################################################
# Access
####################################################################################################

variable "maximum_signature_age_seconds" {
  type        = number
  description = "Seconds after which an upload is refused that was signed beforehand, whatever its own term says; null for no such limit."
  default     = null
}

variable "distribution" {
  type        = object({ arn = string })
  description = "Distribution of CloudFront that reads the objects, and reads all of them; null for none."
  default     = null
}

####################################################################################################
# Encryption
####################################################################################################

variable "kms_key" {
  type        = object({ arn = string })
  description = "Customer-managed key; null for keys owned by S3."
  default     = null
}

####################################################################################################
# Lifecycle
####################################################################################################

variable "expire_days" {
  type        = number
  description = "Days after which objects are removed; null keeps them."
  default     = null
}

variable "expire_under" {
  type        = set(string)
  description = "Prefixes under which objects are removed after expire_days, for example [\"results/\"]; \"\" is all of the bucket."
  default     = [""]
}

variable "expire_sooner" {
  type        = map(number)
  description = "Days after which objects under other prefixes are removed whatever expire_days says, for example { \"_async/\" = 15 }."
  default     = {}
}

variable "expire_old_versions_days" {
  type        = number
  description = "Days after which overwritten and deleted versions are removed."
}
