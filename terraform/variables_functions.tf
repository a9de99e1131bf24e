####################################################################################################
# Functions
####################################################################################################

variable "package_file" {
  type        = string
  description = "The zip of the functions, as `make package` builds it; a path from the folder terraform/, or an absolute one."
  default     = "../dist/dayshift.zip"

  validation {
    condition     = fileexists(var.package_file)
    error_message = "package_file must be the zip of the functions, for example \"../dist/dayshift.zip\" (run `make package` first); got \"${var.package_file}\", where there is no file."
  }
}

variable "worker_package_file" {
  type        = string
  description = "The bundle of the workers of family face_fleet, as `make worker-package ARCH=arm64` builds it; a path as package_file. Left out, ../dist/dayshift-worker-<architecture>.zip. Without such a model it is not read."
  default     = null

  validation {
    condition = (
      alltrue([for model in values(var.models) : model.family != "face_fleet"]) ||
      fileexists(coalesce(var.worker_package_file, "../dist/dayshift-worker-${var.architecture}.zip"))
    )
    error_message = "worker_package_file must be the bundle of the workers for ${var.architecture}, for example \"../dist/dayshift-worker-${var.architecture}.zip\" (run `make worker-package ARCH=${var.architecture}` first); got ${jsonencode(var.worker_package_file)}, where there is no file."
  }
}

variable "runtime" {
  type        = string
  description = "Lambda runtime, \"python3.13\" or \"python3.14\". The bytecode in the zip is for python3.13; another runtime compiles at every cold start."
  default     = "python3.13"

  validation {
    condition     = contains(["python3.13", "python3.14"], var.runtime)
    error_message = "runtime must be \"python3.13\" or \"python3.14\"; got \"${var.runtime}\"."
  }
}

variable "architecture" {
  type        = string
  description = "Instruction set of the functions, \"arm64\" (a fifth cheaper) or \"x86_64\". The zip is pure Python and runs on both."
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be \"arm64\" or \"x86_64\"; got \"${var.architecture}\"."
  }
}

variable "memory_mb" {
  type = object({
    producer  = optional(number, 256)
    expander  = optional(number, 512)
    labeler   = optional(number, 512)
    jobs      = optional(number, 512)
    sweep     = optional(number, 512)
    reconcile = optional(number, 256)
    api       = optional(number, 512)
  })
  description = "Memory of the functions in MB, 128 to 10240; reconcile is that of start and stop too. They use under 100, a labeler of family sagemaker up to 300, with ten images of 15 MB in hand, the expander of archives and the function of jobs up to 256; the rest buys processor time, of which 1769 MB are one core. Example: { labeler = 1024 }."
  default     = {}

  validation {
    condition = alltrue([
      for megabytes in values(var.memory_mb) : megabytes >= 128 && megabytes <= 10240 && megabytes == floor(megabytes)
    ])
    error_message = "memory_mb must be whole numbers from 128 to 10240, for example { labeler = 512 }; got ${jsonencode(var.memory_mb)}."
  }
}

variable "reserved_concurrency" {
  type = object({
    producer = optional(number, -1)
    expander = optional(number, -1)
    sweep    = optional(number, -1)
    api      = optional(number, -1)
  })
  description = "Runs at once that the account keeps for a function, which then has no more; -1 keeps none. Reserving needs a quota of over 100 (new accounts have 10). Labelers: models[*].reserved_concurrency. Example: { producer = 20, sweep = 2 }."
  default     = {}

  validation {
    condition = alltrue([
      for runs in values(var.reserved_concurrency) : (runs == -1 || runs >= 1) && runs == floor(runs)
    ])
    error_message = "reserved_concurrency must be -1 or whole numbers from 1, for example { producer = 20, sweep = 2 }; got ${jsonencode(var.reserved_concurrency)}."
  }

  validation {
    # Its queue hands out four at once. Who is turned away has been received all the same, twenty times at the most.
    condition     = var.reserved_concurrency.expander == -1 || var.reserved_concurrency.expander >= 4
    error_message = "reserved_concurrency.expander must be -1 or at least 4, as many archives as are expanded at once, for example 4; got ${var.reserved_concurrency.expander}."
  }
}

variable "log_level" {
  type        = string
  description = "Least level that the functions log: \"DEBUG\", \"INFO\", \"WARNING\" or \"ERROR\". DEBUG holds whole events."
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be \"DEBUG\", \"INFO\", \"WARNING\" or \"ERROR\"; got \"${var.log_level}\"."
  }
}

variable "enable_tracing" {
  type        = bool
  description = "Whether X-Ray traces the functions. One request a second and 5 % of the others are traced, at 5 USD a million."
  default     = true
}

variable "code_signing_config_arn" {
  type        = string
  description = "ARN of a Lambda code signing configuration; the zip must then be signed. null: unsigned."
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:code-signing-config:csc-[a-z0-9]{17}$", var.code_signing_config_arn))
    error_message = "code_signing_config_arn must be an ARN such as \"arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdef0\"; got ${jsonencode(var.code_signing_config_arn)}."
  }
}

####################################################################################################
# Schedules
####################################################################################################

variable "sweep_after_minutes" {
  type        = number
  description = "Age in minutes at which an image without a result is enqueued again, 5 to 1440. Under the time a full queue needs, good messages are doubled. Example: 30."
  default     = 30

  validation {
    condition     = var.sweep_after_minutes >= 5 && var.sweep_after_minutes <= 1440 && var.sweep_after_minutes == floor(var.sweep_after_minutes)
    error_message = "sweep_after_minutes must be a whole number from 5 to 1440, for example 30; got ${var.sweep_after_minutes}."
  }
}

variable "tick_minutes" {
  type        = number
  description = "Minutes between two looks at the powered models, and at jobs, 1 to 15. One minute costs 0.03 USD a month; five cost 5 % more of a model's hours, fifteen 18 %. Example: 1."
  default     = 1

  validation {
    condition     = var.tick_minutes >= 1 && var.tick_minutes <= 15 && var.tick_minutes == floor(var.tick_minutes)
    error_message = "tick_minutes must be a whole number from 1 to 15, for example 1; got ${var.tick_minutes}."
  }
}

####################################################################################################
# Alarms
####################################################################################################

variable "alarm_topic_arns" {
  type        = list(string)
  description = "SNS topics that are told of alarms and of their end. Empty: alarms show in CloudWatch only. Example: [\"arn:aws:sns:eu-west-1:123456789012:on-call\"]."
  default     = []

  validation {
    condition     = alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", arn))])
    error_message = "alarm_topic_arns must be ARNs of SNS topics, for example [\"arn:aws:sns:eu-west-1:123456789012:on-call\"]; got ${jsonencode(var.alarm_topic_arns)}."
  }
}

variable "alarm_emails" {
  type        = set(string)
  description = "Addresses that are told of alarms, through a topic of ours; each must confirm. Needs kms_key, since CloudWatch may not use AWS's own. Empty: no topic. Example: [\"on-call@example.com\"]."
  default     = []

  validation {
    condition     = length(var.alarm_emails) == 0 || var.kms_key.create || var.kms_key.arn != null
    error_message = "alarm_emails needs a customer-managed key, for example kms_key = { create = true }: CloudWatch may not publish to a topic that AWS's own key encrypts. Or give alarm_topic_arns; got ${jsonencode(var.alarm_emails)} and no key."
  }

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", address))])
    error_message = "alarm_emails must be mail addresses, for example [\"on-call@example.com\"]; got ${jsonencode(var.alarm_emails)}."
  }
}
