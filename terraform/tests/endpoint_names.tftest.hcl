# AWS keeps a configuration as it was made: another content has another name, and the endpoint is stopped before the old one goes.

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

run "first" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = output.identity == "acme-test-flowers from ${output.options.configuration}"
    error_message = "got ${output.identity}"
  }
}

run "another_container_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = merge(var.model.options.endpoint.variants, { main = merge(var.model.options.endpoint.variants.main, { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.3" }) }) }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "another_archive_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = merge(var.model.options.endpoint.variants, { main = merge(var.model.options.endpoint.variants.main, { model_data_url = "s3://acme-models/flowers/3/model.tar.gz" }) }) }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "another_environment_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = merge(var.model.options.endpoint.variants, { main = merge(var.model.options.endpoint.variants.main, { environment = { TOP_K = "6" } }) }) }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "another_instance_type_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = merge(var.model.options.endpoint.variants, { main = merge(var.model.options.endpoint.variants.main, { instance_type = "ml.m5.xlarge" }) }) }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "another_count_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = merge(var.model.options.endpoint.variants, { main = merge(var.model.options.endpoint.variants.main, { instance_count = 3 }) }) }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "another_weight_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = merge(var.model.options.endpoint.variants, { main = merge(var.model.options.endpoint.variants.main, { weight = 8 }) }) }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "fewer_variants_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = { main = var.model.options.endpoint.variants.main } }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "later_answers_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { asynchronous = true }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "another_key_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/own" }) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "a_deployment_with_a_key_is_another_configuration" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    model   = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, {}) }) })
  }

  assert {
    condition     = output.options.configuration != run.first.options.configuration && output.identity != run.first.identity && aws_sagemaker_endpoint_configuration.main[0].name == output.options.configuration
    error_message = "wanted another than ${run.first.identity}, got ${output.identity}"
  }
}

run "what_is_asked_of_it_is_no_part_of_it" {
  module {
    source = "./modules/model"
  }

  variables {
    model = merge(var.model, { usd_per_hour = 2, power = "on_deadline", options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { accept = "application/json;verbose", classes_file = null, response = { at = "probabilities", names_at = "labels", scores_are = "percent" } }) }) })
  }

  assert {
    condition     = output.options.configuration == run.first.options.configuration && output.identity == run.first.identity
    error_message = "wanted ${run.first.identity}, got ${output.identity}"
  }
}
