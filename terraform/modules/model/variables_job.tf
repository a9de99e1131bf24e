####################################################################################################
# Jobs
####################################################################################################

# Of models[*].options.job. Here and not at var.models, which has as many checks as one file can hold.

variable "job" {
  type = object({
    budget_usd           = number
    maximum_usd_per_hour = number
    gather_minutes       = number
    maximum_images       = number
    jobs_at_once         = number
    deadline_minutes     = number
    maximum_attempts     = number

    proximl = optional(object({
      user_parameter = string
      key_parameter  = string
      project        = optional(string)
      gpu_types      = list(string)
      gpu_count      = number
      disk_gb        = number
      command        = string
      model_git      = string
      environment    = object({ type = string, custom_image = optional(string) })
      variables      = map(string)
    }))

    batch_transform = optional(object({
      model_name     = string
      instance_type  = string
      instance_count = number
      content_type   = string
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
  description = "The model's options.job, described at var.models; null for other families."
  default     = null
}

variable "archives_queue" {
  type        = object({ url = string, arn = string })
  description = "Queue of the archives, which is told when an archive's images have ended; null where no model has jobs."
  default     = null
}
