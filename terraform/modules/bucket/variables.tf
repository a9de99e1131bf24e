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

variable "expire_old_versions_days" {
  type        = number
  description = "Days after which overwritten and deleted versions are removed."
}
