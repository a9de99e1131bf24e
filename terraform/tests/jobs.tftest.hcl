# A model that is read in jobs: no labeler and no mapping, but a function that a schedule calls, and that waits for nothing.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:pictures-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures-queue" }
}

variables {
  name            = "pictures"
  prefix          = "acme-test"
  account         = { partition = "aws", region = "eu-west-1", id = "123456789012" }
  images_bucket   = { name = "images", arn = "arn:aws:s3:::images" }
  results_bucket  = { name = "results", arn = "arn:aws:s3:::results" }
  archives_queue  = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/archives", arn = "arn:aws:sqs:eu-west-1:123456789012:archives" }
  memory_mb       = 512
  parameters_path = "/acme/test/models"
  settings = {
    package_file       = "./tests/mocks/package.txt"
    runtime            = "python3.13"
    architecture       = "arm64"
    log_level          = "INFO"
    log_retention_days = 30
    enable_tracing     = true
  }
  model = {
    family                        = "gpu_job"
    prefix                        = "incoming/pictures/"
    maximum_concurrency           = 4
    reserved_concurrency          = -1
    batch_size                    = 10
    warmup_minutes                = 30
    results_within_minutes        = 60
    images_per_minute             = 60
    maximum_running_hours_per_day = 24
    options                       = { features = [], inference_units = 1 }
  }
  job = {
    budget_usd           = 2
    maximum_usd_per_hour = 0.6
    gather_minutes       = 15
    maximum_images       = 1000
    jobs_at_once         = 1
    deadline_minutes     = 120
    maximum_attempts     = 3
    proximl = {
      user_parameter = "/acme/proximl/user"
      key_parameter  = "/acme/proximl/key"
      gpu_types      = ["rtx3090"]
      gpu_count      = 1
      disk_gb        = 10
      command        = "python classify.py"
      model_git      = "https://github.com/acme/pictures.git"
      environment    = { type = "DEEPLEARNING_PY310" }
      variables      = { BATCH = "32" }
    }
  }
}

run "it_has_a_queue_as_others_but_neither_labeler_nor_mapping" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = length(aws_lambda_event_source_mapping.queue) == 0 && output.labeler_name == null && output.mapping_uuid == null && output.labeler_arn == null
    error_message = "got ${jsonencode([aws_lambda_event_source_mapping.queue, output.labeler_name])}"
  }

  assert {
    condition = (
      aws_sqs_queue.main.visibility_timeout_seconds == 1800 && aws_sqs_queue.main.message_retention_seconds == 1209600 &&
      jsondecode(aws_sqs_queue.main.redrive_policy).maxReceiveCount == 20
    )
    error_message = "wanted six runs of 300 s, fourteen days and 20 receives, got ${jsonencode(aws_sqs_queue.main)}"
  }

  assert {
    condition     = output.jobs.name == "acme-test-pictures-jobs" && output.service == "acme-test-pictures-jobs" && output.fleet == null
    error_message = "got ${jsonencode([output.jobs, output.service])}"
  }
}

run "its_function_is_never_tried_twice_since_the_next_look_does_the_same" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = output.jobs_contract.retries == 0 && output.jobs_contract.timeout_seconds == 300
    error_message = "got ${jsonencode(output.jobs_contract)}"
  }
}

run "it_is_told_exactly_what_it_reads" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode({
      for name, value in output.jobs_contract.environment : name => value if !contains(["MODEL"], name) && !startswith(name, "POWERTOOLS_")
      }) == jsonencode({
      ARCHIVES_QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/archives"
      DEPLOYMENT         = "acme-test"
      GATE_PARAMETER     = ""
      IMAGES_BUCKET      = "images"
      MAX_RECEIVE_COUNT  = "20"
      QUEUE_URL          = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures-queue"
      RESULTS_BUCKET     = "results"
    })
    error_message = "got ${jsonencode(output.jobs_contract.environment)}"
  }

  assert {
    condition = output.jobs_contract.environment.MODEL == jsonencode({
      family = "gpu_job"
      name   = "pictures"
      options = {
        budget_usd                 = 2
        command                    = "python classify.py"
        deadline_minutes           = 120
        disk_gb                    = 10
        environment                = { custom_image = null, type = "DEEPLEARNING_PY310" }
        gather_minutes             = 15
        gpu_count                  = 1
        gpu_types                  = ["rtx3090"]
        jobs_at_once               = 1
        key_parameter              = "/acme/proximl/key"
        maximum_attempts           = 3
        maximum_images             = 1000
        maximum_labels             = 5
        maximum_usd_per_hour       = 0.6
        minimum_confidence_percent = 0
        model_git                  = "https://github.com/acme/pictures.git"
        project                    = null
        provider                   = "proximl"
        tick_minutes               = 1
        user_parameter             = "/acme/proximl/user"
        variables                  = { BATCH = "32" }
      }
      prefix = "incoming/pictures/"
      target = null
    })
    error_message = "got ${output.jobs_contract.environment.MODEL}"
  }
}

run "its_environment_fits_into_lambdas_four_kilobytes_with_the_longest_names_and_options" {
  module {
    source = "./modules/model"
  }

  variables {
    prefix         = "acme-dayshift-with-a-name-as-long-as"
    images_bucket  = { name = "acme-dayshift-with-a-name-as-long-as-it-can-be-staging-images-ab", arn = "arn:aws:s3:::images" }
    results_bucket = { name = "acme-dayshift-with-a-name-as-long-as-it-can-be-staging-results-a", arn = "arn:aws:s3:::results" }
    job = {
      budget_usd           = 2
      maximum_usd_per_hour = 0.6
      gather_minutes       = 15
      maximum_images       = 1000
      jobs_at_once         = 1
      deadline_minutes     = 120
      maximum_attempts     = 3
      proximl = {
        user_parameter = "/acme/proximl/user"
        key_parameter  = "/acme/proximl/key"
        gpu_types      = ["rtx3090"]
        gpu_count      = 1
        disk_gb        = 10
        command        = join("", [for _ in range(920) : "xx"])
        model_git      = "https://github.com/acme/pictures.git"
        environment    = { type = "DEEPLEARNING_PY310" }
        variables      = {}
      }
    }
  }

  assert {
    condition     = sum([for name, value in output.jobs_contract.environment : length(name) + length(value)]) <= 3800
    error_message = "wanted at most 3800 of 4096, some for the local AWS, got ${sum([for name, value in output.jobs_contract.environment : length(name) + length(value)])}"
  }
}

run "batch_transform_has_its_own_words_and_class_names" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    job = {
      budget_usd           = 2
      maximum_usd_per_hour = 0.74
      gather_minutes       = 15
      maximum_images       = 1000
      jobs_at_once         = 1
      deadline_minutes     = 120
      maximum_attempts     = 3
      batch_transform = {
        model_name     = "acme-pictures-1"
        instance_type  = "ml.g4dn.xlarge"
        instance_count = 1
        content_type   = "application/x-image"
        accept         = "application/json"
        response       = { at = "", scores_are = "probabilities" }
        classes_file   = "./classes/flowers.txt"
      }
    }
  }

  assert {
    condition = jsonencode({
      for name, value in jsondecode(output.jobs_contract.environment.MODEL).options : name => value
      if !contains(keys(var.job), name) && !contains(["maximum_labels", "minimum_confidence_percent", "tick_minutes"], name)
      }) == jsonencode({
      accept         = "application/json"
      classes        = { bucket = "results", key = aws_s3_object.classes["file"].key }
      content_type   = "application/x-image"
      instance_count = 1
      instance_type  = "ml.g4dn.xlarge"
      json           = null
      kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/deployments"
      model_name     = "acme-pictures-1"
      provider       = "batch_transform"
      response       = { at = "", name = null, names_at = null, score = null, scores_are = "probabilities" }
    })
    error_message = "got ${output.jobs_contract.environment.MODEL}"
  }

  assert {
    condition     = startswith(aws_s3_object.classes["file"].key, "_models/pictures/classes-")
    error_message = "got ${aws_s3_object.classes["file"].key}"
  }
}

run "with_hours_it_has_a_gate_and_without_none" {
  module {
    source = "./modules/model"
  }

  variables {
    model = {
      family                        = "gpu_job"
      prefix                        = "incoming/pictures/"
      maximum_concurrency           = 4
      reserved_concurrency          = -1
      batch_size                    = 10
      power                         = "office_hours"
      hours                         = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], closed_on = ["2026-12-24"] }
      warmup_minutes                = 30
      results_within_minutes        = 60
      images_per_minute             = 60
      maximum_running_hours_per_day = 24
      options                       = { features = [], inference_units = 1 }
    }
  }

  assert {
    condition     = output.jobs_contract.environment.GATE_PARAMETER == "/acme/test/models/pictures/gate" && aws_ssm_parameter.kept["gate"].name == "/acme/test/models/pictures/gate"
    error_message = "got ${jsonencode(output.jobs_contract.environment)}"
  }

  assert {
    condition     = [for statement in output.jobs_contract.statements : statement.Resource if statement.Sid == "SeeTheGate"] == [["arn:aws:ssm:eu-west-1:123456789012:parameter/acme/test/models/pictures/gate"]]
    error_message = "got ${jsonencode(output.jobs_contract.statements)}"
  }

  assert {
    condition = (
      output.power.spec.mapping_uuid == null && output.power.spec.fleet == null && output.power.spec.warmup_minutes == 0 &&
      output.power.spec.usd_per_hour == 0 && output.power.spec.target == null && output.power.backstops == []
    )
    error_message = "got ${jsonencode(output.power)}"
  }

  assert {
    condition     = jsonencode(output.power.statements) == jsonencode([{ actions = ["ssm:GetParameter", "ssm:PutParameter"], resources = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme/test/models/pictures/gate"], sid = "OpenAndCloseGates" }])
    error_message = "wanted reconcile to have the gate and nothing of the service, got ${jsonencode(output.power.statements)}"
  }

  assert {
    condition     = output.power.in_words == "office hours: jobs begin Mon-Fri 09:00-18:00 Europe/Berlin, but on 1 closed dates, and end when they end: each at most 2 USD, 1 at once"
    error_message = "got ${output.power.in_words}"
  }
}
