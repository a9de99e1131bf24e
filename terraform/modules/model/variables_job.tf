####################################################################################################
# Jobs
####################################################################################################

# options.job of an entry of var.models, with its checks: a variable cannot be spread over files, and that one is long.

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
      accept         = string
      json           = optional(string)
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
  description = "What var.models says of the model's jobs; null for other families. Example: that of examples/gpu-job.tfvars."
  default     = null

  validation {
    condition     = var.job == null ? true : (var.job.proximl == null) != (var.job.batch_transform == null)
    error_message = "models[*].options.job must have either proximl or batch_transform, as in examples/gpu-job.tfvars and examples/batch-transform.tfvars; got ${jsonencode({ (var.name) = [for service in ["proximl", "batch_transform"] : service if try(var.job[service], null) != null] })}."
  }

  validation {
    condition = var.job == null ? true : alltrue([
      for range in [
        [var.job.gather_minutes, 0, 1440], [var.job.maximum_images, 1, 1000], [var.job.jobs_at_once, 1, 20],
        [var.job.deadline_minutes, 5, 360], [var.job.maximum_attempts, 1, 10],
      ] : range[0] >= range[1] && range[0] <= range[2] && range[0] == floor(range[0])
    ])
    error_message = "models[*].options.job must have whole numbers: gather_minutes 0 to 1440, maximum_images 1 to 1000, jobs_at_once 1 to 20, deadline_minutes 5 to 360, maximum_attempts 1 to 10, for example 15, 1000, 1, 120 and 3; got ${jsonencode({ (var.name) = { for name in ["gather_minutes", "maximum_images", "jobs_at_once", "deadline_minutes", "maximum_attempts"] : name => try(var.job[name], null) } })}."
  }

  validation {
    # domain/job_money.py: five minutes of work, and the margin in which the next tick sees that the money is spent.
    condition = var.job == null ? true : (
      var.job.maximum_usd_per_hour > 0 && var.job.budget_usd >= var.job.maximum_usd_per_hour * (6 + var.tick_minutes) / 60
    )
    error_message = "models[*].options.job: maximum_usd_per_hour must be above 0 and budget_usd must pay for ${6 + var.tick_minutes} minutes at that price, or no job could ever begin, for example 2 for 0.6 an hour; got ${jsonencode({ (var.name) = { budget_usd = try(var.job.budget_usd, null), maximum_usd_per_hour = try(var.job.maximum_usd_per_hour, null) } })}."
  }

  validation {
    # They are in the function's environment, which holds 4 KB in all.
    condition     = length(jsonencode(var.job)) <= 2400
    error_message = "models[*].options.job must be at most 2400 characters as JSON, for example by a command of a few words whose program lies beside the model; got ${jsonencode({ (var.name) = length(jsonencode(var.job)) })}."
  }

  ####################################################################################################
  # proxiML
  ####################################################################################################

  validation {
    condition = try(var.job.proximl, null) == null ? true : alltrue([
      for name in [var.job.proximl.user_parameter, var.job.proximl.key_parameter] :
      can(regex("^(/[A-Za-z0-9_.-]+)+$", name)) && length(name) <= 200 && !can(regex("^/(aws|ssm)", lower(name)))
    ]) && var.job.proximl.user_parameter != var.job.proximl.key_parameter
    error_message = "models[*].options.job.proximl.user_parameter and .key_parameter must be the names of two SSM SecureString parameters, which are made outside of Terraform, for example \"/acme/proximl/user\" and \"/acme/proximl/key\"; got ${jsonencode({ (var.name) = try([var.job.proximl.user_parameter, var.job.proximl.key_parameter], null) })}."
  }

  validation {
    condition = try(var.job.proximl, null) == null ? true : (
      length(var.job.proximl.gpu_types) > 0 && length(distinct(var.job.proximl.gpu_types)) == length(var.job.proximl.gpu_types) &&
      alltrue([for type in var.job.proximl.gpu_types : can(regex("^[A-Za-z0-9][A-Za-z0-9 ()_.-]*$", type))])
    )
    error_message = "models[*].options.job.proximl.gpu_types must name one or more types of GPU, each once, for example [\"rtx3090\", \"a100\"]; got ${jsonencode({ (var.name) = try(var.job.proximl.gpu_types, null) })}."
  }

  validation {
    condition = try(var.job.proximl, null) == null ? true : alltrue([
      for range in [[var.job.proximl.gpu_count, 1, 16], [var.job.proximl.disk_gb, 10, 1000]] :
      range[0] >= range[1] && range[0] <= range[2] && range[0] == floor(range[0])
    ])
    error_message = "models[*].options.job.proximl must have whole numbers: gpu_count 1 to 16, disk_gb 10 to 1000, for example 1 and 10; got ${jsonencode({ (var.name) = try({ gpu_count = var.job.proximl.gpu_count, disk_gb = var.job.proximl.disk_gb }, null) })}."
  }

  validation {
    # A name before an @ would be a secret in the state. Private repositories: proxiML holds keys of its own for them.
    condition = try(var.job.proximl, null) == null ? true : (
      can(regex("^https://[^@\\s'\"]+$", var.job.proximl.model_git)) && trimspace(var.job.proximl.command) != ""
    )
    error_message = "models[*].options.job.proximl must have a model_git, the HTTPS address of a git repository without any user or password, and a command, for example \"https://github.com/acme/pictures.git\" and \"python classify.py\"; got ${jsonencode({ (var.name) = try({ model_git = var.job.proximl.model_git, command = var.job.proximl.command }, null) })}."
  }

  validation {
    condition = try(var.job.proximl, null) == null ? true : (
      can(regex("^[A-Z][A-Z0-9_]*$", var.job.proximl.environment.type)) &&
      (var.job.proximl.environment.custom_image == null ? true : can(regex("^[a-z0-9][A-Za-z0-9._/:@-]*$", var.job.proximl.environment.custom_image)))
    )
    error_message = "models[*].options.job.proximl.environment must be left out or have a type of the service's, or the name of a container, for example { type = \"DEEPLEARNING_PY310\" } or { custom_image = \"acme/classifier:7\" }; got ${jsonencode({ (var.name) = try(var.job.proximl.environment, null) })}."
  }

  validation {
    condition = try(var.job.proximl, null) == null ? true : alltrue([
      for name in keys(var.job.proximl.variables) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name)) && !startswith(name, "DAYSHIFT_")
    ])
    error_message = "models[*].options.job.proximl.variables must have names of letters, digits and underscores that do not begin with DAYSHIFT_, for example { BATCH = \"32\" }; got ${jsonencode({ (var.name) = try(keys(var.job.proximl.variables), null) })}."
  }

  validation {
    condition     = try(var.job.proximl.project, null) == null ? true : can(regex("^[A-Za-z0-9-]+$", var.job.proximl.project))
    error_message = "models[*].options.job.proximl.project must be left out or a project's id, for example \"1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode({ (var.name) = try(var.job.proximl.project, null) })}."
  }

  ####################################################################################################
  # Batch transform
  ####################################################################################################

  validation {
    condition = try(var.job.batch_transform, null) == null ? true : (
      can(regex("^[A-Za-z0-9](-?[A-Za-z0-9])*$", var.job.batch_transform.model_name)) && length(var.job.batch_transform.model_name) <= 63
    )
    error_message = "models[*].options.job.batch_transform.model_name must be the name of a SageMaker model, letters, digits and hyphens, for example \"acme-pictures-2026-11-02\"; got ${jsonencode({ (var.name) = try(var.job.batch_transform.model_name, null) })}."
  }

  validation {
    condition = try(var.job.batch_transform, null) == null ? true : (
      can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9-]+$", var.job.batch_transform.instance_type)) && var.job.batch_transform.instance_count >= 1 &&
      var.job.batch_transform.instance_count <= 100 && var.job.batch_transform.instance_count == floor(var.job.batch_transform.instance_count)
    )
    error_message = "models[*].options.job.batch_transform must have an instance_type of SageMaker's and an instance_count from 1 to 100, for example \"ml.g4dn.xlarge\" and 1; got ${jsonencode({ (var.name) = try([var.job.batch_transform.instance_type, var.job.batch_transform.instance_count], null) })}."
  }

  validation {
    condition = try(var.job.batch_transform, null) == null ? true : alltrue([
      for type in [var.job.batch_transform.content_type, var.job.batch_transform.accept] : can(regex("^[a-z]+/[A-Za-z0-9*][A-Za-z0-9.+*-]*(;.+)?$", type))
    ])
    error_message = "models[*].options.job.batch_transform.content_type and .accept must be media types, for example \"application/x-image\" and \"application/json\"; got ${jsonencode({ (var.name) = try([var.job.batch_transform.content_type, var.job.batch_transform.accept], null) })}."
  }

  validation {
    condition = try(var.job.batch_transform, null) == null ? true : (
      (var.job.batch_transform.json != null) == can(regex("^application/([a-z0-9.-]+\\+)?json(;.+)?$", var.job.batch_transform.content_type)) &&
      (var.job.batch_transform.json == null ? true : can(jsondecode(var.job.batch_transform.json)) && length(split("$image", var.job.batch_transform.json)) == 2)
    )
    error_message = "models[*].options.job.batch_transform: json, JSON text that holds \"$image\" once, goes with a content_type of JSON and the image's own bytes with another, for example json = \"{\\\"inputs\\\":\\\"$image\\\"}\" with \"application/json\", or no json with \"application/x-image\"; got ${jsonencode({ (var.name) = try({ content_type = var.job.batch_transform.content_type, json = var.job.batch_transform.json }, null) })}."
  }

  validation {
    condition = try(var.job.batch_transform, null) == null ? true : alltrue([
      can(regex("^([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)?$", var.job.batch_transform.response.at)),
      alltrue([
        for path in [var.job.batch_transform.response.name, var.job.batch_transform.response.score, var.job.batch_transform.response.names_at] :
        path == null ? true : can(regex("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$", path))
      ]),
      (var.job.batch_transform.response.name == null) == (var.job.batch_transform.response.score == null),
      var.job.batch_transform.response.name == null || var.job.batch_transform.response.names_at == null,
      contains(["probabilities", "percent", "logits"], var.job.batch_transform.response.scores_are),
    ])
    error_message = "models[*].options.job.batch_transform.response must be as an endpoint's: an at and a names_at of dotted steps, both or neither of name and score, names_at only without these, and a scores_are of \"probabilities\", \"percent\" or \"logits\", for example { at = \"predictions.0\", names_at = \"labels\" }; got ${jsonencode({ (var.name) = try(var.job.batch_transform.response, null) })}."
  }

  validation {
    condition = try(var.job.batch_transform.classes_file, null) == null ? true : try(
      alltrue([for line in split("\n", trimspace(file(var.job.batch_transform.classes_file))) : trimspace(line) != ""]), false
    )
    error_message = "models[*].options.job.batch_transform.classes_file must be left out or a text file with one class a line and no line empty, its path from terraform/, for example \"classes/flowers.txt\"; got ${jsonencode({ (var.name) = try(var.job.batch_transform.classes_file, null) })}."
  }
}

variable "archives_queue" {
  type        = object({ url = string, arn = string })
  description = "Queue of the archives, which is told when the images of one have ended; null where no model has jobs."
  default     = null
}

variable "tick_minutes" {
  type        = number
  description = "Minutes between two looks at the jobs, so long before its money is spent a job has to end."
  default     = 1
}
