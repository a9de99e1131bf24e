####################################################################################################
# Model
####################################################################################################

variable "name" {
  type        = string
  description = "Name of the model, for example \"logos\"."
}

variable "identity" {
  type        = string
  description = "What is started and stopped, and from what; null for a family that is always there."
}

variable "window" {
  type = object({
    timezone         = string
    starts           = map(string)
    stops            = map(string)
    backstops        = map(string)
    backstop_minutes = number
  })
  description = "When: crons by key, as modules/running_window makes them; maps without any for a model without hours."
}

variable "backstops" {
  type        = list(object({ operation = string, input = string, action = string, resource = string }))
  description = "The call that stops the model without our code, its input in JSON; none for a family that is always there."
}

####################################################################################################
# Targets
####################################################################################################

variable "functions" {
  type = object({
    start = object({ name = string, arn = string })
    stop  = object({ name = string, arn = string })
    sweep = object({ name = string, arn = string })
  })
  description = "What the schedules call."
}

variable "group" {
  type        = string
  description = "Name of the schedule group."
}

variable "scheduler_role_arn" {
  type        = string
  description = "As whom functions are called."
}

variable "backstop_role_arn" {
  type        = string
  description = "As whom the backstop stops the model; null where there is none."
  default     = null
}

variable "failed_events_arn" {
  type        = string
  description = "Queue of the events that reached nobody."
}

####################################################################################################
# Encryption
####################################################################################################

variable "kms_key" {
  type        = object({ arn = string })
  description = "Customer-managed key; null for keys owned by AWS."
  default     = null
}
