# What an endpoint is made from: the models, the configuration, and what the package is told of them.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_cloudwatch_log_group.endpoint
  values = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/acme-test-flowers" }
}

override_resource {
  target = aws_iam_role.endpoint
  values = { arn = "arn:aws:iam::123456789012:role/acme-test-flowers-endpoint" }
}

variables {
  name            = "flowers"
  prefix          = "acme-test"
  account         = { partition = "aws", region = "eu-west-1", id = "123456789012" }
  images_bucket   = { name = "images", arn = "arn:aws:s3:::images" }
  results_bucket  = { name = "results", arn = "arn:aws:s3:::results" }
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
    family                        = "sagemaker"
    prefix                        = "incoming/flowers/"
    maximum_concurrency           = 4
    reserved_concurrency          = -1
    batch_size                    = 10
    power                         = "always_on"
    warmup_minutes                = 8
    results_within_minutes        = 60
    images_per_minute             = 60
    maximum_running_hours_per_day = 24
    usd_per_hour                  = 1.25

    options = {
      features        = []
      inference_units = 1

      endpoint = {
        asynchronous = false
        content_type = "application/x-image"
        accept       = "application/json"
        response     = { at = "", scores_are = "probabilities" }
        classes_file = "classes/flowers.txt"

        variants = {
          main = {
            image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2"
            model_data_url = "s3://acme-models/flowers/1/model.tar.gz"
            environment    = { TOP_K = "5" }
            instance_type  = "ml.m5.large"
            instance_count = 2
            weight         = 9
          }
          next = {
            image          = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference@sha256:${sha256("a container")}"
            model_data_url = "s3://acme-models/flowers/2/model.tar.gz"
            environment    = {}
            instance_type  = "ml.g5.xlarge"
            instance_count = 1
            weight         = 1
          }
        }
      }
    }
  }

  without_instances = {
    main = {
      image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2"
      environment    = {}
      serverless     = { memory_mb = 3072, maximum_concurrency = 7 }
      instance_count = 1
      weight         = 1
    }
  }
}

run "each_variant_is_a_model_of_its_own_without_a_network" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode({
      for name, variant in aws_sagemaker_model.variant : name => [
        variant.enable_network_isolation, variant.execution_role_arn, variant.primary_container[0].model_data_url, variant.primary_container[0].environment,
      ]
      }) == jsonencode({
      main = [true, "arn:aws:iam::123456789012:role/acme-test-flowers-endpoint", "s3://acme-models/flowers/1/model.tar.gz", { TOP_K = "5" }]
      next = [true, "arn:aws:iam::123456789012:role/acme-test-flowers-endpoint", "s3://acme-models/flowers/2/model.tar.gz", {}]
    })
    error_message = "got ${jsonencode(aws_sagemaker_model.variant)}"
  }

  assert {
    condition     = length(distinct(values(aws_sagemaker_model.variant)[*].name)) == 2
    error_message = "got ${jsonencode(values(aws_sagemaker_model.variant)[*].name)}"
  }
}

run "the_configuration_shares_the_images_out_and_keeps_none_of_them" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode([
      for variant in aws_sagemaker_endpoint_configuration.main[0].production_variants :
      [variant.variant_name, variant.model_name, variant.instance_type, variant.initial_instance_count, variant.initial_variant_weight]
      ]) == jsonencode([
      ["main", aws_sagemaker_model.variant["main"].name, "ml.m5.large", 2, 9], ["next", aws_sagemaker_model.variant["next"].name, "ml.g5.xlarge", 1, 1],
    ])
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }

  assert {
    condition     = length(aws_sagemaker_endpoint_configuration.main[0].data_capture_config) == 0 && length(aws_sagemaker_endpoint_configuration.main[0].async_inference_config) == 0
    error_message = "wanted neither capture nor asynchronous inference, got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }

  assert {
    condition     = can(regex("^acme-test-flowers-[0-9a-f]{8}$", aws_sagemaker_endpoint_configuration.main[0].name))
    error_message = "got ${aws_sagemaker_endpoint_configuration.main[0].name}"
  }
}

run "the_package_is_told_of_the_endpoint_and_not_of_what_it_is_made_of" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode(output.options) == jsonencode({
      accept                     = "application/json"
      asynchronous               = null
      classes                    = { bucket = "results", key = "_models/flowers/classes-${substr(filesha256("classes/flowers.txt"), 0, 8)}.txt" }
      configuration              = aws_sagemaker_endpoint_configuration.main[0].name
      content_type               = "application/x-image"
      json                       = null
      maximum_labels             = 5
      minimum_confidence_percent = 0
      response                   = { at = "", name = null, names_at = null, score = null, scores_are = "probabilities" }
      serverless                 = false
    })
    error_message = "got ${jsonencode(output.options)}"
  }

  assert {
    condition     = output.target == "acme-test-flowers" && output.power.spec.target == "acme-test-flowers" && output.power.spec.usd_per_hour == 1.25
    error_message = "got ${jsonencode(output.power.spec)}"
  }

  assert {
    condition = jsonencode(jsondecode(output.labeler_contract.environment.MODEL)) == jsonencode({
      family = "sagemaker", name = "flowers", options = output.options, prefix = "incoming/flowers/", target = "acme-test-flowers"
    })
    error_message = "got ${output.labeler_contract.environment.MODEL}"
  }

  assert {
    condition     = aws_lambda_event_source_mapping.queue[0].enabled == false
    error_message = "wanted a gate that is shut, got ${jsonencode(aws_lambda_event_source_mapping.queue[0])}"
  }
}

run "the_names_of_its_classes_lie_where_the_labeler_may_read" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = aws_s3_object.classes["file"].content == file("classes/flowers.txt") && aws_s3_object.classes["file"].bucket == "results"
    error_message = "got ${jsonencode(aws_s3_object.classes)}"
  }
}

run "without_instances_there_is_no_network_isolation_to_ask_for" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { usd_per_hour = null, options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = var.without_instances, classes_file = null }) }) })
  }

  assert {
    condition     = aws_sagemaker_model.variant["main"].enable_network_isolation == false
    error_message = "got ${jsonencode(aws_sagemaker_model.variant)}"
  }

  assert {
    condition = jsonencode([
      for variant in aws_sagemaker_endpoint_configuration.main[0].production_variants :
      [variant.initial_instance_count, variant.instance_type, variant.serverless_config[0].memory_size_in_mb, variant.serverless_config[0].max_concurrency]
    ]) == jsonencode([[null, null, 3072, 7]])
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }

  assert {
    condition     = output.options.serverless && output.options.classes == null && length(aws_s3_object.classes) == 0
    error_message = "got ${jsonencode(output.options)}"
  }

  assert {
    condition     = output.power.spec.usd_per_hour == 0
    error_message = "wanted nothing an hour, got ${output.power.spec.usd_per_hour}"
  }
}

run "an_endpoint_that_answers_later_answers_beside_what_it_was_sent" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { asynchronous = true }) }) })
  }

  assert {
    condition     = jsonencode(output.options.asynchronous) == jsonencode({ bucket = "results", prefix = "_async/flowers/" })
    error_message = "got ${jsonencode(output.options)}"
  }

  assert {
    condition = jsonencode([
      for output in aws_sagemaker_endpoint_configuration.main[0].async_inference_config[0].output_config : [output.s3_output_path, output.s3_failure_path, output.kms_key_id]
    ]) == jsonencode([["s3://results/_async/flowers/answers/", "s3://results/_async/flowers/failures/", null]])
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }
}

run "the_volumes_have_the_deployments_key_and_so_have_late_answers" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    model   = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { asynchronous = true }) }) })
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.main[0].kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/deployments"
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.main[0].async_inference_config[0].output_config[0].kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/deployments"
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }

  assert {
    condition     = aws_s3_object.classes["file"].kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/deployments" && aws_cloudwatch_log_group.endpoint[0].kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/deployments"
    error_message = "got ${jsonencode(aws_s3_object.classes)} and ${jsonencode(aws_cloudwatch_log_group.endpoint)}"
  }
}

run "the_endpoints_own_key_comes_before_the_deployments" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    model   = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/own" }) }) })
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.main[0].kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/own"
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }
}

run "without_a_volume_there_is_no_key_for_it" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    model   = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = var.without_instances, classes_file = null }) }) })
  }

  assert {
    condition     = aws_sagemaker_endpoint_configuration.main[0].kms_key_arn == null
    error_message = "got ${jsonencode(aws_sagemaker_endpoint_configuration.main)}"
  }

  assert {
    condition     = length([for statement in output.power.statements : statement if statement.sid == "LetInstancesUseTheKey"]) == 0
    error_message = "got ${jsonencode(output.power.statements)}"
  }
}
