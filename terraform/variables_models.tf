####################################################################################################
# Models
####################################################################################################

variable "models" {
  type = map(object({
    family               = string
    target               = optional(string)
    prefix               = string
    maximum_concurrency  = optional(number, 4)
    reserved_concurrency = optional(number, -1)
    batch_size           = optional(number, 10)
    options = optional(object({
      features                   = optional(set(string), ["labels", "text"])
      minimum_confidence_percent = optional(number, 55)
      maximum_labels             = optional(number, 25)
    }), {})
  }))
  description = <<-TEXT
    The models by name. Each owns a queue, a dead-letter queue, a labeler and its permissions.
    family: the kind of model; today "rekognition". target: what the family runs; none for rekognition.
    prefix: images under incoming/<prefix> are this model's; the longest match wins; "" is the catch-all.
    maximum_concurrency: labelers at once, 2 to 1000. Each makes about 13 calls a second, Rekognition's default quota is 50.
    reserved_concurrency: labelers that the account keeps for this model, at least maximum_concurrency; -1 keeps none.
    batch_size: images a labeler takes at once, 1 to 10.
    options: features (labels, text or both; each is one paid call an image), minimum_confidence_percent 0 to 100, maximum_labels 1 to 1000.
    Example: { signs = { family = "rekognition", prefix = "signs/" } }.
  TEXT

  validation {
    condition     = length(var.models) >= 1 && length(var.models) <= 20
    error_message = "models must hold 1 to 20 models, for example { signs = { family = \"rekognition\", prefix = \"signs/\" } }; got ${length(var.models)}."
  }

  validation {
    condition     = alltrue([for name in keys(var.models) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name))])
    error_message = "The name of a model must be lower-case letters, digits and single hyphens, beginning with a letter, for example \"road-signs\"; got ${jsonencode(keys(var.models))}."
  }

  validation {
    # Lambda and IAM allow 64 characters, and "<name>-<environment>-<model>-labeler" is the longest name.
    condition     = alltrue([for name in keys(var.models) : length("${var.name}-${var.environment}-${name}-labeler") <= 64])
    error_message = "\"<name>-<environment>-<model>-labeler\" must have at most 64 characters, for example \"acme-dayshift-prod-signs-labeler\"; got ${jsonencode([for name in keys(var.models) : "${var.name}-${var.environment}-${name}-labeler"])}."
  }

  validation {
    # One row each in modules/model/families.tf.
    condition     = alltrue([for model in values(var.models) : contains(["rekognition"], model.family)])
    error_message = "models[*].family must be \"rekognition\"; got ${jsonencode({ for name, model in var.models : name => model.family })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.family != "rekognition" || model.target == null])
    error_message = "models[*].target must be left out for family rekognition, which has no model of yours; got ${jsonencode({ for name, model in var.models : name => model.target })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : can(regex("^([A-Za-z0-9][A-Za-z0-9_.-]*/)*$", model.prefix)) && length(model.prefix) <= 200
    ])
    error_message = "models[*].prefix must be \"\" or folders that end in a slash, at most 200 characters, for example \"signs/\" or \"shops/berlin/\"; got ${jsonencode({ for name, model in var.models : name => model.prefix })}."
  }

  validation {
    condition     = length(distinct([for model in values(var.models) : model.prefix])) == length(var.models)
    error_message = "Every model needs a prefix of its own, for example \"signs/\" and \"shops/\"; got ${jsonencode({ for name, model in var.models : name => model.prefix })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      model.maximum_concurrency >= 2 && model.maximum_concurrency <= 1000 && model.maximum_concurrency == floor(model.maximum_concurrency)
    ])
    error_message = "models[*].maximum_concurrency must be a whole number from 2 (Lambda's least) to 1000, for example 4; got ${jsonencode({ for name, model in var.models : name => model.maximum_concurrency })}."
  }

  validation {
    # With less, Lambda turns away batches that it had polled, and good images age into the dead-letter queue.
    condition = alltrue([
      for model in values(var.models) : model.reserved_concurrency == -1 || model.reserved_concurrency >= model.maximum_concurrency
    ])
    error_message = "models[*].reserved_concurrency must be -1 or at least maximum_concurrency, for example 4 and 4; got ${jsonencode({ for name, model in var.models : name => [model.reserved_concurrency, model.maximum_concurrency] })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.batch_size >= 1 && model.batch_size <= 10 && model.batch_size == floor(model.batch_size)
    ])
    error_message = "models[*].batch_size must be a whole number from 1 to 10, for example 10; got ${jsonencode({ for name, model in var.models : name => model.batch_size })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      length(model.options.features) > 0 && length(setsubtract(model.options.features, ["labels", "text"])) == 0
    ])
    error_message = "models[*].options.features must be \"labels\", \"text\" or both, for example [\"labels\", \"text\"]; got ${jsonencode({ for name, model in var.models : name => model.options.features })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.minimum_confidence_percent >= 0 && model.options.minimum_confidence_percent <= 100
    ])
    error_message = "models[*].options.minimum_confidence_percent must be from 0 to 100, for example 55; got ${jsonencode({ for name, model in var.models : name => model.options.minimum_confidence_percent })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      model.options.maximum_labels >= 1 && model.options.maximum_labels <= 1000 && model.options.maximum_labels == floor(model.options.maximum_labels)
    ])
    error_message = "models[*].options.maximum_labels must be a whole number from 1 to 1000, for example 25; got ${jsonencode({ for name, model in var.models : name => model.options.maximum_labels })}."
  }
}
