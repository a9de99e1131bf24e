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

    power = optional(string)
    hours = optional(object({
      timezone    = optional(string)
      open        = optional(list(string), [])
      closed_on   = optional(set(string), [])
      holidays_of = optional(string)
    }))
    warmup_minutes                = optional(number, 30)
    results_within_minutes        = optional(number, 60)
    idle_minutes                  = optional(number)
    images_per_minute             = optional(number, 60)
    maximum_running_hours_per_day = optional(number, 24)
    usd_per_hour                  = optional(number)

    options = optional(object({
      features                   = optional(set(string), ["labels", "text"])
      minimum_confidence_percent = optional(number)
      maximum_labels             = optional(number)
      inference_units            = optional(number, 1)
      maximum_inference_units    = optional(number)

      gallery          = optional(string)
      maximum_distance = optional(number)
      fleet = optional(object({
        vpc_id               = string
        subnet_ids           = list(string)
        instance_types       = optional(list(string), [])
        maximum_workers      = optional(number, 19)
        clear_within_minutes = optional(number, 5)
        idle_minutes         = optional(number, 5)
        warm_pool_size       = optional(number, 0)
        spot_percent         = optional(number, 0)
        ami_parameter        = optional(string)
        volume_gb            = optional(number, 16)
      }))

      endpoint = optional(object({
        variants = map(object({
          image          = string
          model_data_url = optional(string)
          environment    = optional(map(string), {})
          weight         = optional(number, 1)
          instance_type  = optional(string)
          instance_count = optional(number, 1)
          serverless     = optional(object({ memory_mb = number, maximum_concurrency = number }))
        }))
        asynchronous = optional(bool, false)
        kms_key_arn  = optional(string)
        content_type = optional(string, "application/x-image")
        accept       = optional(string, "application/json")
        json         = optional(string)
        response = optional(object({
          at         = optional(string, "")
          name       = optional(string)
          score      = optional(string)
          names_at   = optional(string)
          scores_are = optional(string, "probabilities")
        }), {})
        classes_file = optional(string)
      }))

      job = optional(object({
        budget_usd           = number
        maximum_usd_per_hour = number
        gather_minutes       = optional(number, 15)
        maximum_images       = optional(number, 1000)
        jobs_at_once         = optional(number, 1)
        deadline_minutes     = optional(number, 120)
        maximum_attempts     = optional(number, 3)

        proximl = optional(object({
          user_parameter = string
          key_parameter  = string
          project        = optional(string)
          gpu_types      = list(string)
          gpu_count      = optional(number, 1)
          disk_gb        = optional(number, 10)
          command        = string
          model_git      = string
          environment    = optional(object({ type = optional(string, "DEEPLEARNING_PY310"), custom_image = optional(string) }), {})
          variables      = optional(map(string), {})
        }))

        batch_transform = optional(object({
          model_name     = string
          instance_type  = string
          instance_count = optional(number, 1)
          content_type   = optional(string, "application/x-image")
          accept         = optional(string, "application/json")
          json           = optional(string)
          response = optional(object({
            at         = optional(string, "")
            name       = optional(string)
            score      = optional(string)
            names_at   = optional(string)
            scores_are = optional(string, "probabilities")
          }), {})
          classes_file = optional(string)
        }))
      }))
    }), {})
  }))
  description = <<-TEXT
    The models by name. Each owns a queue, a dead-letter queue, a labeler and its permissions.
    family: the kind of model, "rekognition", "custom_labels", "sagemaker", "face_fleet" or "gpu_job". target: what the family runs: the ARN of a project version for custom_labels; none for rekognition, nor for sagemaker and face_fleet, whose endpoint and workers are made here, nor for gpu_job, whose jobs are a service's outside.
    prefix: images under incoming/<prefix> are this model's; the longest match wins; "" is the catch-all.
    maximum_concurrency: labelers at once, 2 to 1000. Each makes about 13 calls a second, Rekognition's default quota is 50.
    reserved_concurrency: labelers that the account keeps for this model, at least maximum_concurrency; -1 keeps none.
    batch_size: images a labeler takes at once, 1 to 10. These three say nothing of face_fleet, which has workers instead; batch_size and maximum_concurrency nothing of gpu_job, which has one function that looks at its jobs.
    power: when the model runs: "office_hours", "on_deadline" or "always_on". Left out, it is always there, which only rekognition is, and gpu_job, whose jobs then begin at any time; set there, it opens and closes the gate and starts nothing (gpu_job: not "on_deadline", and a job that has begun ends when it ends).
    hours: timezone (IANA); open, windows such as "Mon-Fri 09:00-18:00", over midnight "Fri 22:00-02:00", until 24:00; closed_on, dates on which no window begins; holidays_of, a country whose public holidays are such dates, "DE", or "DE-BY" with those of a part of it.
    warmup_minutes: how long a start takes, 1 to 180, until that is learned. results_within_minutes: the promise of on_deadline, 1 to 10080, counted while the hours are open.
    idle_minutes: pause after which a warm model sleeps, 1 to 1440; left out, it is learned. images_per_minute: what the model reads; of face_fleet, what one worker reads.
    maximum_running_hours_per_day: 1 to 24, whatever else is wished; 24 is no limit. usd_per_hour: price of a running hour; left out, the family's list price, which an endpoint on instances has not, nor face_fleet, where it is that of one worker; gpu_job has options.job.maximum_usd_per_hour instead.
    options: features (rekognition: labels, text or both; each is one paid call an image); minimum_confidence_percent 0 to 100 (left out, 55 for rekognition, what its training found best for custom_labels, 0 for sagemaker and gpu_job); maximum_labels 1 to 1000 (left out, 25, and 5 for sagemaker and gpu_job); inference_units of custom_labels, and maximum_inference_units up to which it grows by itself.
    options.endpoint, of sagemaker: variants by name, each a container (image, a URI in ECR; model_data_url, its archive in S3; environment) on instances (instance_type, instance_count) or serverless (memory_mb, maximum_concurrency), with its share of the images (weight); asynchronous, for answers that take longer than a minute; kms_key_arn of the instances' volumes (left out, the deployment's key, if there is one).
    Then what it is sent: the image's bytes as content_type, or json, in which "$image" stands for the image in base64; what it is asked for, accept; and where its answer, JSON, has the scores, response: at, a dotted path to a list of numbers (their names in the list at names_at, else in classes_file, one class a line), to a list of objects (fields name and score) or to an object of numbers; scores_are "probabilities", "percent" or "logits". examples/endpoint.tfvars has them all.
    options.fleet, of face_fleet: where its workers run, vpc_id and subnet_ids, which must lead to the APIs of AWS; instance_types, of the functions' architecture, in the order of preference (left out, a c7g.large or a c6i.large); maximum_workers 1 to 500; clear_within_minutes, in which what waits should be read, and idle_minutes, after which the last worker goes, 1 to 1440; warm_pool_size, machines that wait stopped, for starts of half a minute; spot_percent 0 to 100 on Spot; ami_parameter, an SSM parameter with the image's id (left out, the newest Amazon Linux 2023); volume_gb 8 to 1000.
    options.gallery: folder of the images bucket with the photos of the people to be known, <gallery><person>/<photo>.jpg, left out "gallery/". options.maximum_distance: above 0 to 1, up to which two faces are one person's, left out 0.6. examples/fleet.tfvars has them all.
    options.job, of gpu_job, whose images are read many at a time in one job at a service: budget_usd, what one job may cost with all its attempts, and maximum_usd_per_hour, for example 2 and 0.6; gather_minutes 0 to 1440, in which images that come one by one are gathered (left out, 15), up to maximum_images 1 to 1000 of a job; an archive is a job of its own, at once; jobs_at_once 1 to 20 (left out, 1); deadline_minutes 5 to 360 of an attempt (left out, 120); maximum_attempts 1 to 10 (left out, 3). And the service, one of two:
    options.job.proximl: user_parameter and key_parameter, names of two SSM SecureString parameters that you put there; project, left out the personal one; gpu_types such as ["rtx3090", "a100"], gpu_count 1 to 16, disk_gb 10 to 1000; model_git, the HTTPS address of a git repository, and command, which is run beside it and reads $DAYSHIFT_INPUT and writes $DAYSHIFT_OUTPUT/results.jsonl; environment, { type = "DEEPLEARNING_PY310" } or { custom_image = "acme/classifier:7" }; variables for it, { BATCH = "32" }, no secrets. examples/gpu-job.tfvars has them all.
    options.job.batch_transform: model_name, a SageMaker model of this account and Region, whose role needs what the output transform_policies says; instance_type and instance_count 1 to 100; content_type, accept, json, response and classes_file as of options.endpoint. examples/batch-transform.tfvars has them all.
    Examples: { signs = { family = "rekognition", prefix = "signs/" } } and those of examples/.
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
    condition     = alltrue([for model in values(var.models) : contains(["rekognition", "custom_labels", "sagemaker", "face_fleet", "gpu_job"], model.family)])
    error_message = "models[*].family must be \"rekognition\", \"custom_labels\", \"sagemaker\", \"face_fleet\" or \"gpu_job\"; got ${jsonencode({ for name, model in var.models : name => model.family })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.family == "custom_labels" || model.target == null])
    error_message = "models[*].target must be left out for family rekognition, which has no model of yours, for sagemaker and face_fleet, whose endpoint and workers are made here, and for gpu_job, whose options.job names all there is; got ${jsonencode({ for name, model in var.models : name => model.target })}."
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
      for model in values(var.models) : coalesce(model.options.minimum_confidence_percent, 55) >= 0 && coalesce(model.options.minimum_confidence_percent, 55) <= 100
    ])
    error_message = "models[*].options.minimum_confidence_percent must be from 0 to 100, for example 55; got ${jsonencode({ for name, model in var.models : name => model.options.minimum_confidence_percent })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.maximum_labels == null ? true :
      model.options.maximum_labels >= 1 && model.options.maximum_labels <= 1000 && model.options.maximum_labels == floor(model.options.maximum_labels)
    ])
    error_message = "models[*].options.maximum_labels must be left out or a whole number from 1 to 1000, for example 25; got ${jsonencode({ for name, model in var.models : name => model.options.maximum_labels })}."
  }

  ####################################################################################################
  # Target
  ####################################################################################################

  validation {
    condition = alltrue([
      for model in values(var.models) : model.family != "custom_labels" || can(regex(
        "^arn:aws[a-z-]*:rekognition:${var.region}:[0-9]{12}:project/[A-Za-z0-9_.-]{1,255}/version/[A-Za-z0-9_.-]{1,255}/[0-9]+$", model.target
      ))
    ])
    error_message = "models[*].target must be, for family custom_labels, the ARN of a project version in ${var.region}, for example \"arn:aws:rekognition:${var.region}:123456789012:project/logos/version/logos.2026-11-02T09.41.07/1793612467000\"; got ${jsonencode({ for name, model in var.models : name => model.target })}."
  }

  validation {
    # The two would start and stop it against each other.
    condition     = length(distinct(compact([for model in values(var.models) : model.target]))) == length(compact([for model in values(var.models) : model.target]))
    error_message = "Every model needs a target of its own, for example one with the prefix \"logos/\" for the images of both; got ${jsonencode({ for name, model in var.models : name => model.target })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      model.options.inference_units >= 1 && model.options.inference_units == floor(model.options.inference_units)
    ])
    error_message = "models[*].options.inference_units must be a whole number from 1, for example 1; got ${jsonencode({ for name, model in var.models : name => model.options.inference_units })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.maximum_inference_units == null ? true : (
        model.options.maximum_inference_units >= model.options.inference_units && model.options.maximum_inference_units == floor(model.options.maximum_inference_units)
      )
    ])
    error_message = "models[*].options.maximum_inference_units must be left out or a whole number from inference_units, for example 3 for 1; got ${jsonencode({ for name, model in var.models : name => [model.options.maximum_inference_units, model.options.inference_units] })}."
  }

  ####################################################################################################
  # Endpoint
  ####################################################################################################

  validation {
    condition     = alltrue([for model in values(var.models) : (model.family == "sagemaker") == (model.options.endpoint != null)])
    error_message = "models[*].options.endpoint must be given for family sagemaker and for no other, for example { variants = { main = { image = \"123456789012.dkr.ecr.${var.region}.amazonaws.com/flowers:1\", instance_type = \"ml.m5.large\" } } }; got ${jsonencode({ for name, model in var.models : name => model.options.endpoint == null ? "${model.family} without an endpoint" : "${model.family} with an endpoint" })}."
  }

  validation {
    # SageMaker allows 63 characters, of which the hyphen and the hash of a configuration take nine.
    condition = alltrue([
      for name, model in var.models : model.family != "sagemaker" || length("${var.name}-${var.environment}-${name}") <= 54
    ])
    error_message = "\"<name>-<environment>-<model>\", the name of an endpoint, must have at most 54 characters for family sagemaker, for example \"acme-dayshift-prod-flowers\"; got ${jsonencode([for name, model in var.models : "${var.name}-${var.environment}-${name}" if model.family == "sagemaker"])}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.endpoint == null ? true : (
        length(model.options.endpoint.variants) >= 1 && length(model.options.endpoint.variants) <= 10 &&
        alltrue([for name in keys(model.options.endpoint.variants) : can(regex("^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$", name))])
      )
    ])
    error_message = "models[*].options.endpoint.variants must be 1 to 10, each named by letters, digits and hyphens, for example \"main\"; got ${jsonencode({ for name, model in var.models : name => keys(model.options.endpoint.variants) if model.options.endpoint != null })}."
  }

  validation {
    # SageMaker takes containers and model data of the endpoint's own Region only.
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) : length(variant.image) <= 255 && can(regex(join("", [
          "^[0-9]{12}\\.dkr\\.ecr\\.${var.region}\\.amazonaws\\.com(\\.cn)?/",
          "[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})$",
        ]), variant.image))
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*].image must be the URI of a container in an ECR of ${var.region}, with its tag or digest, for example \"123456789012.dkr.ecr.${var.region}.amazonaws.com/flowers:1\"; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : variant.image] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) :
        variant.model_data_url == null ? true : can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^*?\\s]+\\.tar\\.gz$", variant.model_data_url))
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*].model_data_url must be left out or an archive in S3, for example \"s3://acme-models/flowers/model.tar.gz\"; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : variant.model_data_url] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) : (variant.instance_type == null) != (variant.serverless == null)
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*] must have either instance_type, for example \"ml.m5.large\", or serverless, for example { memory_mb = 2048, maximum_concurrency = 5 }; got ${jsonencode({ for name, model in var.models : name => { for variant, it in model.options.endpoint.variants : variant => { instance_type = it.instance_type, serverless = it.serverless } } if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) :
        variant.instance_type == null ? true : can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9-]+$", variant.instance_type))
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*].instance_type must be a SageMaker instance type, for example \"ml.m5.large\"; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : variant.instance_type] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) :
        variant.instance_count >= 1 && variant.instance_count == floor(variant.instance_count) && (variant.serverless == null || variant.instance_count == 1)
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*].instance_count must be a whole number from 1, for example 2, and be left out where the variant is serverless; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : variant.instance_count] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) : variant.serverless == null ? true : (
          contains([1024, 2048, 3072, 4096, 5120, 6144], variant.serverless.memory_mb) &&
          variant.serverless.maximum_concurrency >= 1 && variant.serverless.maximum_concurrency <= 200 &&
          variant.serverless.maximum_concurrency == floor(variant.serverless.maximum_concurrency)
        )
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*].serverless must have a memory_mb of 1024, 2048, 3072, 4096, 5120 or 6144 and a maximum_concurrency from 1 to 200, for example { memory_mb = 2048, maximum_concurrency = 5 }; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : variant.serverless] if model.options.endpoint != null })}."
  }

  validation {
    # AWS, "Deploy models with Amazon SageMaker Serverless Inference": no multiple production variants, no asynchronous inference.
    condition = alltrue([
      for model in values(var.models) : model.options.endpoint == null ? true : (
        alltrue([for variant in values(model.options.endpoint.variants) : variant.serverless == null]) ||
        length(model.options.endpoint.variants) == 1 && !model.options.endpoint.asynchronous && model.options.endpoint.kms_key_arn == null
      )
    ])
    error_message = "models[*].options.endpoint: a serverless variant must be the only one and goes neither with asynchronous = true nor with a kms_key_arn, for example { variants = { main = { image = \"…\", serverless = { memory_mb = 2048, maximum_concurrency = 5 } } } }; got ${jsonencode({ for name, model in var.models : name => { variants = keys(model.options.endpoint.variants), asynchronous = model.options.endpoint.asynchronous, kms_key_arn = model.options.endpoint.kms_key_arn } if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.endpoint == null ? true : (
        alltrue([for variant in values(model.options.endpoint.variants) : variant.weight >= 0]) &&
        anytrue(concat([length(model.options.endpoint.variants) == 0], [for variant in values(model.options.endpoint.variants) : variant.weight > 0]))
      )
    ])
    error_message = "models[*].options.endpoint.variants[*].weight must be from 0, and of one variant above 0, for example 9 and 1; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : variant.weight] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for variant in try(values(model.options.endpoint.variants), []) : [
          for key in keys(variant.environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", key)) && length(key) <= 1024
        ]
      ]
    ]))
    error_message = "models[*].options.endpoint.variants[*].environment must have keys of letters, digits and underscores, for example { HF_TASK = \"image-classification\" }; got ${jsonencode({ for name, model in var.models : name => [for variant in values(model.options.endpoint.variants) : keys(variant.environment)] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : try(model.options.endpoint.kms_key_arn, null) == null ? true : can(regex(
        "^arn:aws[a-z-]*:kms:${var.region}:[0-9]{12}:key/[A-Za-z0-9-]+$", model.options.endpoint.kms_key_arn
      ))
    ])
    error_message = "models[*].options.endpoint.kms_key_arn must be left out or the ARN of a key in ${var.region} (not of an alias), for example \"arn:aws:kms:${var.region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"; got ${jsonencode({ for name, model in var.models : name => model.options.endpoint.kms_key_arn if model.options.endpoint != null })}."
  }

  ####################################################################################################
  # What an endpoint is sent, and answers
  ####################################################################################################

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for type in try([model.options.endpoint.content_type, model.options.endpoint.accept], []) : can(regex("^[a-z]+/[A-Za-z0-9*][A-Za-z0-9.+*-]*(;.+)?$", type))
      ]
    ]))
    error_message = "models[*].options.endpoint.content_type and .accept must be media types, for example \"application/x-image\" and \"application/json\"; got ${jsonencode({ for name, model in var.models : name => [model.options.endpoint.content_type, model.options.endpoint.accept] if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : try(model.options.endpoint.json, null) == null ? true : (
        can(jsondecode(model.options.endpoint.json)) && length(split("$image", model.options.endpoint.json)) == 2
      )
    ])
    error_message = "models[*].options.endpoint.json must be left out or JSON text that holds \"$image\" once, where the image goes, for example jsonencode({ inputs = \"$image\" }), that is \"{\\\"inputs\\\":\\\"$image\\\"}\"; got ${jsonencode({ for name, model in var.models : name => model.options.endpoint.json if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.endpoint == null ? true : (
        (model.options.endpoint.json != null) == can(regex("^application/([a-z0-9.-]+\\+)?json(;.+)?$", model.options.endpoint.content_type))
      )
    ])
    error_message = "models[*].options.endpoint: json goes with a content_type of JSON and the image's own bytes with another, for example json = \"{\\\"inputs\\\":\\\"$image\\\"}\" with \"application/json\", or no json with \"application/x-image\"; got ${jsonencode({ for name, model in var.models : name => { content_type = model.options.endpoint.content_type, json = model.options.endpoint.json } if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.endpoint == null ? true : alltrue([
        can(regex("^([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)?$", model.options.endpoint.response.at)),
        alltrue([
          for path in compact([model.options.endpoint.response.name, model.options.endpoint.response.score, model.options.endpoint.response.names_at]) :
          can(regex("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$", path))
        ]),
        (model.options.endpoint.response.name == null) == (model.options.endpoint.response.score == null),
        model.options.endpoint.response.name == null || model.options.endpoint.response.names_at == null,
        contains(["probabilities", "percent", "logits"], model.options.endpoint.response.scores_are),
      ])
    ])
    error_message = "models[*].options.endpoint.response must have an at and a names_at of dotted steps, both or neither of name and score, names_at only without these, and a scores_are of \"probabilities\", \"percent\" or \"logits\", for example { at = \"predictions.0\", names_at = \"labels\" } for {\"labels\":[…],\"predictions\":[[0.9,…]]} or { name = \"label\", score = \"score\" } for [{\"label\":\"rose\",\"score\":0.9},…]; got ${jsonencode({ for name, model in var.models : name => model.options.endpoint.response if model.options.endpoint != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : try(model.options.endpoint.classes_file, null) == null ? true :
      try(alltrue([for line in split("\n", trimspace(file(model.options.endpoint.classes_file))) : trimspace(line) != ""]), false)
    ])
    error_message = "models[*].options.endpoint.classes_file must be left out or a text file with one class a line and no line empty, its path from terraform/, for example \"classes/flowers.txt\"; got ${jsonencode({ for name, model in var.models : name => model.options.endpoint.classes_file if model.options.endpoint != null })}."
  }

  ####################################################################################################
  # Fleet
  ####################################################################################################

  validation {
    condition     = alltrue([for model in values(var.models) : (model.family == "face_fleet") == (model.options.fleet != null)])
    error_message = "models[*].options.fleet must be given for family face_fleet and for no other, for example { vpc_id = \"vpc-0a1b2c3d4e5f67890\", subnet_ids = [\"subnet-0a1b2c3d4e5f67890\"] }; got ${jsonencode({ for name, model in var.models : name => model.options.fleet == null ? "${model.family} without a fleet" : "${model.family} with a fleet" })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.fleet == null ? true : (
        can(regex("^vpc-[0-9a-f]{8,17}$", model.options.fleet.vpc_id)) && length(model.options.fleet.subnet_ids) > 0 &&
        alltrue([for id in model.options.fleet.subnet_ids : can(regex("^subnet-[0-9a-f]{8,17}$", id))]) &&
        length(distinct(model.options.fleet.subnet_ids)) == length(model.options.fleet.subnet_ids)
      )
    ])
    error_message = "models[*].options.fleet must name a VPC and one or more of its subnets by their ids, each once, for example { vpc_id = \"vpc-0a1b2c3d4e5f67890\", subnet_ids = [\"subnet-0a1b2c3d4e5f67890\", \"subnet-0f9e8d7c6b5a43210\"] }; got ${jsonencode({ for name, model in var.models : name => { vpc_id = model.options.fleet.vpc_id, subnet_ids = model.options.fleet.subnet_ids } if model.options.fleet != null })}."
  }

  validation {
    # Graviton has a g behind the number: c7g, m7gd, im4gn; and a1, the first. The bundle is built for one of the two.
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for type in try(model.options.fleet.instance_types, []) :
        can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", type)) && can(regex("^(a1|[a-z]+[0-9]+g[a-z]*)\\.", type)) == (var.architecture == "arm64")
      ]
    ]))
    error_message = "models[*].options.fleet.instance_types must be instance types of architecture ${var.architecture}, for example ${var.architecture == "arm64" ? "[\"c7g.large\", \"m7g.large\"]" : "[\"c6i.large\", \"m6i.large\"]"}, or be left out; got ${jsonencode({ for name, model in var.models : name => model.options.fleet.instance_types if model.options.fleet != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : model.options.fleet == null ? [] : [
        for range in [
          [model.options.fleet.maximum_workers, 1, 500], [model.options.fleet.clear_within_minutes, 1, 1440],
          [model.options.fleet.idle_minutes, 1, 1440], [model.options.fleet.volume_gb, 8, 1000],
        ] : range[0] >= range[1] && range[0] <= range[2] && range[0] == floor(range[0])
      ]
    ]))
    error_message = "models[*].options.fleet must have whole numbers: maximum_workers 1 to 500, clear_within_minutes and idle_minutes 1 to 1440, volume_gb 8 to 1000, for example 19, 5, 5 and 16; got ${jsonencode({ for name, model in var.models : name => { maximum_workers = model.options.fleet.maximum_workers, clear_within_minutes = model.options.fleet.clear_within_minutes, idle_minutes = model.options.fleet.idle_minutes, volume_gb = model.options.fleet.volume_gb } if model.options.fleet != null })}."
  }

  validation {
    # Of one type there may be none left on Spot, in any zone, for hours.
    condition = alltrue([
      for model in values(var.models) : model.options.fleet == null ? true : (
        model.options.fleet.spot_percent >= 0 && model.options.fleet.spot_percent <= 100 &&
        model.options.fleet.spot_percent == floor(model.options.fleet.spot_percent) &&
        (model.options.fleet.spot_percent == 0 || length(distinct(model.options.fleet.instance_types)) >= 2)
      )
    ])
    error_message = "models[*].options.fleet.spot_percent must be a whole number from 0 to 100, and above 0 there must be two instance_types or more, for example 70 of ${var.architecture == "arm64" ? "[\"c7g.large\", \"c6g.large\", \"m7g.large\"]" : "[\"c6i.large\", \"c7i.large\", \"m6i.large\"]"}; got ${jsonencode({ for name, model in var.models : name => { spot_percent = model.options.fleet.spot_percent, instance_types = model.options.fleet.instance_types } if model.options.fleet != null })}."
  }

  validation {
    # Auto Scaling has no warm pool for Spot, nor, where it keeps to its older rules, for any group of several types.
    condition = alltrue([
      for model in values(var.models) : model.options.fleet == null ? true : (
        model.options.fleet.warm_pool_size >= 0 && model.options.fleet.warm_pool_size <= model.options.fleet.maximum_workers &&
        model.options.fleet.warm_pool_size == floor(model.options.fleet.warm_pool_size) &&
        (model.options.fleet.warm_pool_size == 0 || model.options.fleet.spot_percent == 0 && length(model.options.fleet.instance_types) <= 1)
      )
    ])
    error_message = "models[*].options.fleet.warm_pool_size must be a whole number from 0 to maximum_workers, and 0 on Spot and with several instance_types, for example 3 of [\"${var.architecture == "arm64" ? "c7g.large" : "c6i.large"}\"]; got ${jsonencode({ for name, model in var.models : name => { warm_pool_size = model.options.fleet.warm_pool_size, maximum_workers = model.options.fleet.maximum_workers, spot_percent = model.options.fleet.spot_percent, instance_types = model.options.fleet.instance_types } if model.options.fleet != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : try(model.options.fleet.ami_parameter, null) == null ? true : can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", model.options.fleet.ami_parameter))
    ])
    error_message = "models[*].options.fleet.ami_parameter must be left out or the name of an SSM parameter that holds an image's id, for example \"/acme/images/workers\"; got ${jsonencode({ for name, model in var.models : name => model.options.fleet.ami_parameter if model.options.fleet != null })}."
  }

  validation {
    # Under incoming/ every photo would be an image to be read; under expanded/ lie the images of archives.
    condition = alltrue([
      for model in values(var.models) : model.options.gallery == null ? true : (
        model.family == "face_fleet" && can(regex("^([A-Za-z0-9][A-Za-z0-9_.-]*/)+$", model.options.gallery)) &&
        length(model.options.gallery) <= 200 && !can(regex("^(incoming|expanded)/", model.options.gallery))
      )
    ])
    error_message = "models[*].options.gallery must be left out or, for family face_fleet, folders that end in a slash, not under incoming/ or expanded/, at most 200 characters, for example \"gallery/\"; got ${jsonencode({ for name, model in var.models : name => model.options.gallery if model.options.gallery != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.options.maximum_distance == null ? true : (
        model.family == "face_fleet" && model.options.maximum_distance > 0 && model.options.maximum_distance <= 1
      )
    ])
    error_message = "models[*].options.maximum_distance must be left out or, for family face_fleet, above 0 and at most 1, for example 0.6; got ${jsonencode({ for name, model in var.models : name => model.options.maximum_distance if model.options.maximum_distance != null })}."
  }

  ####################################################################################################
  # Jobs: all else in modules/model/variables_job.tf
  ####################################################################################################

  validation {
    condition     = alltrue([for model in values(var.models) : (model.family == "gpu_job") == (model.options.job != null)])
    error_message = "models[*].options.job must be given for family gpu_job and for no other, as in examples/gpu-job.tfvars; got ${jsonencode({ for name, model in var.models : name => model.options.job == null ? "${model.family} without jobs" : "${model.family} with jobs" })}."
  }

  ####################################################################################################
  # Power
  ####################################################################################################

  validation {
    condition = alltrue([
      for model in values(var.models) : model.power == null ? true : contains(["office_hours", "on_deadline", "always_on"], model.power)
    ])
    error_message = "models[*].power must be \"office_hours\", \"on_deadline\", \"always_on\" or left out; got ${jsonencode({ for name, model in var.models : name => model.power })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : contains(["rekognition", "gpu_job"], model.family) || model.power != null])
    error_message = "models[*].power must be set for families custom_labels, sagemaker and face_fleet, which are started and stopped, for example \"office_hours\"; got ${jsonencode({ for name, model in var.models : name => model.power })}."
  }

  validation {
    # A job that was begun ends when it ends, so nobody can promise by when; and nothing of ours is woken for it.
    condition     = alltrue([for model in values(var.models) : model.family != "gpu_job" || model.power != "on_deadline"])
    error_message = "models[*].power must, for family gpu_job, be left out (jobs begin at any time) or \"office_hours\", for example power = \"office_hours\" with hours = { timezone = \"Europe/Berlin\", open = [\"Mon-Fri 09:00-18:00\"] }; got ${jsonencode({ for name, model in var.models : name => model.power if model.family == "gpu_job" })}."
  }

  validation {
    # IAM allows a role 10,240 characters, and each model's own ARNs are 500 in the roles of start, stop and reconcile.
    condition     = length([for model in values(var.models) : model if model.power != null]) <= 15
    error_message = "models: at most 15 of a deployment may have power, for example 15 here and the others in a second deployment with a name of its own; got ${length([for model in values(var.models) : model if model.power != null])}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.power != "office_hours" || model.hours != null])
    error_message = "models[*].hours must be given for power office_hours, for example { timezone = \"Europe/Berlin\", open = [\"Mon-Fri 09:00-18:00\"] }; got ${jsonencode({ for name, model in var.models : name => model.hours })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.hours == null || contains(["office_hours", "on_deadline"], coalesce(model.power, "none"))
    ])
    error_message = "models[*].hours mean something for power office_hours and on_deadline only, for example power = \"office_hours\"; got ${jsonencode({ for name, model in var.models : name => model.power if model.hours != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      model.warmup_minutes >= 1 && model.warmup_minutes <= 180 && model.warmup_minutes == floor(model.warmup_minutes)
    ])
    error_message = "models[*].warmup_minutes must be a whole number from 1 to 180, for example 30; got ${jsonencode({ for name, model in var.models : name => model.warmup_minutes })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      model.results_within_minutes >= 1 && model.results_within_minutes <= 10080 && model.results_within_minutes == floor(model.results_within_minutes)
    ])
    error_message = "models[*].results_within_minutes must be a whole number from 1 to 10080, for example 60; got ${jsonencode({ for name, model in var.models : name => model.results_within_minutes })}."
  }

  validation {
    # What cannot be woken in time must be kept warm, and without hours that would be day and night.
    condition = alltrue([
      for model in values(var.models) :
      model.power != "on_deadline" || model.hours != null || model.results_within_minutes >= (model.family == "rekognition" ? 0 : model.warmup_minutes) + 3
    ])
    error_message = "models[*].results_within_minutes without hours must be at least warmup_minutes and 3 more to open the queue, or no image could be read in time: ${join(", ", [
      for name, model in var.models :
      "${name} promises ${model.results_within_minutes} and needs ${model.family == "rekognition" ? 0 : model.warmup_minutes} + 3 = ${(model.family == "rekognition" ? 0 : model.warmup_minutes) + 3}"
      if model.power == "on_deadline" && model.hours == null
    ])}. Promise more, or give hours in which the model is kept warm, for example { timezone = \"Europe/Berlin\", open = [\"Mon-Fri 09:00-18:00\"] }."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.idle_minutes == null ? true :
      model.idle_minutes >= 1 && model.idle_minutes <= 1440 && model.idle_minutes == floor(model.idle_minutes)
    ])
    error_message = "models[*].idle_minutes must be left out or a whole number from 1 to 1440, for example 45; got ${jsonencode({ for name, model in var.models : name => model.idle_minutes })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.images_per_minute > 0 && model.images_per_minute <= 100000])
    error_message = "models[*].images_per_minute must be above 0 and at most 100000, for example 60; got ${jsonencode({ for name, model in var.models : name => model.images_per_minute })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : model.maximum_running_hours_per_day >= 1 && model.maximum_running_hours_per_day <= 24
    ])
    error_message = "models[*].maximum_running_hours_per_day must be from 1 to 24, for example 12; got ${jsonencode({ for name, model in var.models : name => model.maximum_running_hours_per_day })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : coalesce(model.usd_per_hour, 0) >= 0])
    error_message = "models[*].usd_per_hour must be left out or a price from 0, for example 4; got ${jsonencode({ for name, model in var.models : name => model.usd_per_hour })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.family != "gpu_job" || model.usd_per_hour == null])
    error_message = "models[*].usd_per_hour must be left out for family gpu_job, whose price is options.job.maximum_usd_per_hour; got ${jsonencode({ for name, model in var.models : name => model.usd_per_hour if model.family == "gpu_job" })}."
  }

  validation {
    # Without it no report could say what was saved: instances have prices by the hundred.
    condition = alltrue([
      for model in values(var.models) : model.usd_per_hour != null || model.options.fleet == null && alltrue([
        for variant in try(values(model.options.endpoint.variants), []) : variant.serverless != null
      ])
    ])
    error_message = "models[*].usd_per_hour must be given for an endpoint on instances, what all of them cost in an hour, and for a fleet, what one worker costs, for example 0.115 for one ml.m5.large or 0.0725 for a c7g.large in us-east-1; got ${jsonencode({ for name, model in var.models : name => model.usd_per_hour if model.options.endpoint != null || model.options.fleet != null })}."
  }

  ####################################################################################################
  # Hours
  ####################################################################################################

  validation {
    condition = alltrue([
      for model in values(var.models) : model.hours == null ? true : model.hours.timezone != null
    ])
    error_message = "models[*].hours.timezone must be given, for example \"Europe/Berlin\"; got ${jsonencode({ for name, model in var.models : name => model.hours if model.hours != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) :
      try(model.hours.timezone, null) == null ? true : contains(jsondecode(file("${path.module}/modules/running_window/zones.json")), model.hours.timezone)
    ])
    error_message = "models[*].hours.timezone must be a time zone's IANA name, for example \"Europe/Berlin\"; got ${jsonencode({ for name, model in var.models : name => model.hours.timezone if model.hours != null })}."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.hours == null ? true : length(model.hours.open) > 0])
    error_message = "models[*].hours.open must hold at least one window, for example [\"Mon-Fri 09:00-18:00\"]; got ${jsonencode({ for name, model in var.models : name => model.hours.open if model.hours != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for window in model.hours == null ? [] : model.hours.open : can(regex(join("", [
          "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)([-,](Mon|Tue|Wed|Thu|Fri|Sat|Sun))* ",
          "([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        ]), window)) && !can(regex("-[A-Z][a-z]{2}-", window))
      ]
    ]))
    error_message = "models[*].hours.open must be windows such as \"Mon-Fri 09:00-18:00\", \"Sat 08:30-12:00\", over midnight \"Mon,Wed 22:00-02:00\" or until midnight \"Sun 12:00-24:00\"; got ${jsonencode({ for name, model in var.models : name => model.hours.open if model.hours != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for window in model.hours == null ? [] : model.hours.open : length(distinct(regexall("[0-9]{2}:[0-9]{2}", window))) != 1
      ]
    ]))
    error_message = "models[*].hours.open: a window must end at another time than it begins, for example \"Mon-Fri 09:00-18:00\", or \"Mon-Sun 00:00-24:00\" for day and night; got ${jsonencode({ for name, model in var.models : name => model.hours.open if model.hours != null })}."
  }

  validation {
    condition = alltrue(flatten([
      for model in values(var.models) : [
        for day in model.hours == null ? [] : model.hours.closed_on : can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", day)) && can(formatdate("YYYY", "${day}T00:00:00Z"))
      ]
    ]))
    error_message = "models[*].hours.closed_on must be dates such as \"2026-12-24\"; got ${jsonencode({ for name, model in var.models : name => model.hours.closed_on if model.hours != null })}."
  }

  validation {
    condition = alltrue([
      for model in values(var.models) : try(model.hours.holidays_of, null) == null ? true : can(
        jsondecode(file(
          "${path.module}/modules/running_window/holidays/${regex("^([A-Z]{2})(?:-(.+))?$", model.hours.holidays_of)[0]}.json"
        ))[try(coalesce(regex("^([A-Z]{2})(?:-(.+))?$", model.hours.holidays_of)[1]), "")]
      )
    ])
    error_message = "models[*].hours.holidays_of must be a country such as \"DE\", or a part of one such as \"DE-BY\" (the files and their keys in modules/running_window/holidays); got ${jsonencode({ for name, model in var.models : name => model.hours.holidays_of if model.hours != null })}."
  }
}
