# A model that is read by workers: no labeler and no mapping, but a group of machines and a gate that they look at.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.fleet[0].aws_cloudwatch_log_group.main
  values = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/dayshift/acme-test-faces-workers" }
}

variables {
  name            = "faces"
  prefix          = "acme-test"
  account         = { partition = "aws", region = "eu-west-1", id = "123456789012" }
  images_bucket   = { name = "images", arn = "arn:aws:s3:::images" }
  results_bucket  = { name = "results", arn = "arn:aws:s3:::results" }
  memory_mb       = 512
  parameters_path = "/acme/test/models"
  default_tags    = { Project = "acme" }
  packages = {
    bucket  = { name = "artefacts", arn = "arn:aws:s3:::artefacts" }
    package = { key = "packages/aa/dayshift.zip", sha256 = "aa" }
    bundle  = { key = "packages/bb/worker.zip", sha256 = "bb" }
  }
  settings = {
    package_file       = "./tests/mocks/package.txt"
    runtime            = "python3.13"
    architecture       = "arm64"
    log_level          = "INFO"
    log_retention_days = 30
    enable_tracing     = true
  }
  model = {
    family                        = "face_fleet"
    prefix                        = "incoming/faces/"
    maximum_concurrency           = 4
    reserved_concurrency          = -1
    batch_size                    = 10
    power                         = "office_hours"
    hours                         = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], closed_on = ["2026-12-24"] }
    warmup_minutes                = 4
    results_within_minutes        = 60
    images_per_minute             = 60
    maximum_running_hours_per_day = 24
    usd_per_hour                  = 0.1
    options = {
      features        = []
      inference_units = 1
      fleet = {
        vpc_id               = "vpc-0a1b2c3d4e5f67890"
        subnet_ids           = ["subnet-0a1b2c3d4e5f67890"]
        instance_types       = []
        maximum_workers      = 19
        clear_within_minutes = 5
        idle_minutes         = 6
        warm_pool_size       = 0
        spot_percent         = 0
        volume_gb            = 16
      }
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
      aws_sqs_queue.main.visibility_timeout_seconds == 120 && aws_sqs_queue.main.message_retention_seconds == 1209600 &&
      jsondecode(aws_sqs_queue.main.redrive_policy).maxReceiveCount == 20
    )
    error_message = "wanted 120 s, fourteen days and 20 receives, got ${jsonencode(aws_sqs_queue.main)}"
  }

  assert {
    condition     = jsonencode(output.fleet) == jsonencode({ gallery = "gallery/", group = "acme-test-faces-workers" }) && output.service == "acme-test-faces-workers"
    error_message = "got ${jsonencode(output.fleet)}"
  }
}

run "a_worker_is_told_exactly_what_it_reads" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = sort(keys(output.worker_contract.environment)) == sort(concat(
      jsondecode(file("../tests/contract/environment.json")).every_function,
      [for name in jsondecode(file("../tests/contract/environment.json")).programs.worker.variables : name if name != "MODELS_FOLDER"],
      ["AWS_DEFAULT_REGION", "AWS_REGION"],
    ))
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/environment.json")).programs.worker)}, got ${jsonencode(keys(output.worker_contract.environment))}"
  }

  assert {
    condition = jsonencode({
      for name, value in output.worker_contract.environment : name => value if !contains(["MODEL", "QUEUE_URL"], name) && !startswith(name, "AWS_")
      }) == jsonencode({
      GATE_PARAMETER               = "/acme/test/models/faces/gate"
      GROUP_NAME                   = "acme-test-faces-workers"
      IMAGES_BUCKET                = "images"
      MAX_RECEIVE_COUNT            = "20"
      POWERTOOLS_LOG_LEVEL         = "INFO"
      POWERTOOLS_METRICS_NAMESPACE = "Dayshift"
      POWERTOOLS_SERVICE_NAME      = "acme-test-faces-workers"
      RESULTS_BUCKET               = "results"
      VISIBILITY_SECONDS           = "120"
    })
    error_message = "got ${jsonencode(output.worker_contract.environment)}"
  }

  assert {
    condition = output.worker_contract.environment.MODEL == jsonencode({
      family  = "face_fleet"
      name    = "faces"
      options = { gallery = { bucket = "images", prefix = "gallery/" }, maximum_distance = 0.6 }
      prefix  = "incoming/faces/"
      target  = "acme-test-faces-workers"
    })
    error_message = "got ${output.worker_contract.environment.MODEL}"
  }
}

run "its_user_data_fetches_two_packages_checks_them_and_starts_the_program" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = alltrue([
      for line in [
        "fetch 'packages/aa/dayshift.zip' 'aa' \"$fetched/dayshift.zip\"",
        "fetch 'packages/bb/worker.zip' 'bb' \"$fetched/worker.zip\"",
        "three_times aws s3 cp --only-show-errors \"s3://artefacts/$1\" \"$3\"",
        "| sha256sum --check --quiet -",
        "GATE_PARAMETER='/acme/test/models/faces/gate'\n",
        "VISIBILITY_SECONDS='120'\n",
        "ExecStart=$home/venv/bin/${jsondecode(file("../tests/contract/environment.json")).programs.worker.handler}\n",
        "\"log_group_name\": \"/dayshift/acme-test-faces-workers\"",
        "TimeoutStopSec=110\n",
      ] : strcontains(output.worker_contract.user_data, line)
    ])
    error_message = "got ${output.worker_contract.user_data}"
  }

  assert {
    condition     = startswith(output.worker_contract.user_data, "#!/bin/bash\n") && length(output.worker_contract.user_data) < 16384
    error_message = "wanted a script of at most 16 KB, got ${length(output.worker_contract.user_data)} bytes"
  }
}

run "reconcile_is_told_how_many_there_may_be_and_what_one_reads" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode(output.power.spec.fleet) == jsonencode({
      clear_within_minutes = 5, idle_minutes = 6, images_per_minute = 60, maximum = 19
    })
    error_message = "got ${jsonencode(output.power.spec.fleet)}"
  }

  assert {
    condition     = sort(keys(output.power.spec.fleet)) == sort(jsondecode(file("../tests/contract/environment.json")).shapes.fleet)
    error_message = "got ${jsonencode(output.power.spec.fleet)}"
  }

  assert {
    condition = (
      output.power.spec.images_per_minute == 1140 && output.power.spec.mapping_uuid == null && output.power.spec.usd_per_hour == 0.1 &&
      output.power.spec.target == "acme-test-faces-workers" && output.identity == "acme-test-faces-workers"
    )
    error_message = "got ${jsonencode(output.power.spec)}"
  }

  assert {
    condition = jsonencode({ for parameter in aws_ssm_parameter.kept : parameter.name => nonsensitive(parameter.value) }) == jsonencode({
      for kept in ["gate", "memory", "override"] : "/acme/test/models/faces/${kept}" => "{}"
    })
    error_message = "wanted a gate beside memory and override, got ${jsonencode([for parameter in aws_ssm_parameter.kept : parameter.name])}"
  }

  assert {
    condition     = strcontains(output.power.in_words, "while images wait Mon-Fri 09:00-18:00 Europe/Berlin") && strcontains(output.power.in_words, "up to 19 workers, each 0.1 USD an hour; at most 374 USD a month")
    error_message = "wanted the most that it can cost, got ${output.power.in_words}"
  }
}

run "without_any_code_of_ours_it_is_told_to_have_no_workers_by_a_number" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode(output.power.backstops) == jsonencode([{
      action    = "autoscaling:SetDesiredCapacity"
      input     = jsonencode({ AutoScalingGroupName = "acme-test-faces-workers", DesiredCapacity = 0 })
      operation = "arn:aws:scheduler:::aws-sdk:autoscaling:setDesiredCapacity"
      resource  = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/acme-test-faces-workers"
    }])
    error_message = "got ${jsonencode(output.power.backstops)}"
  }
}

run "with_a_key_messages_log_and_records_are_the_workers_to_read" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
  }

  assert {
    condition = jsonencode([for statement in output.worker_contract.statements : statement if statement.Sid == "UseTheKey"]) == jsonencode([{
      Action = ["kms:Decrypt", "kms:GenerateDataKey"], Effect = "Allow", Resource = ["arn:aws:kms:eu-west-1:123456789012:key/deployments"], Sid = "UseTheKey"
    }])
    error_message = "got ${jsonencode(output.worker_contract.statements)}"
  }
}
