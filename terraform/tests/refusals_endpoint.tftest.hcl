# Mistakes in what an endpoint is made from are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }

  # What would do; each run spoils one thing.
  model   = { family = "sagemaker", prefix = "flowers/", power = "always_on", usd_per_hour = 0.115 }
  variant = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2", model_data_url = "s3://acme-models/flowers/model.tar.gz", instance_type = "ml.m5.large" }
  without = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2", serverless = { memory_mb = 2048, maximum_concurrency = 5 } }
}

run "refuses_sagemaker_without_an_endpoint" {
  command = plan

  variables {
    models = { flowers = var.model }
  }

  expect_failures = [var.models]
}

run "refuses_an_endpoint_of_another_family" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", usd_per_hour = 1, options = { endpoint = { variants = { main = var.variant } } } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_target_for_sagemaker" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { target = "flowers", options = { endpoint = { variants = { main = var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_sagemaker_without_power" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { power = null, options = { endpoint = { variants = { main = var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_instances_without_their_price" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { usd_per_hour = null, options = { endpoint = { variants = { main = var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_name_too_long_for_a_configuration" {
  command = plan

  variables {
    models = { flowers-of-all-meadows-and-gardens-x = merge(var.model, { options = { endpoint = { variants = { main = var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_no_variant" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = {} } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_eleven_variants" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { for n in range(11) : "v${n}" => var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_variant_with_an_underscore" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main_one = var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_image_of_another_registry" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { image = "docker.io/acme/flowers:1.2" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_image_of_another_region" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/acme/flowers:1.2" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_image_without_its_tag" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_half_a_digest" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers@sha256:0123" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_model_data_over_https" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { model_data_url = "https://acme-models.s3.amazonaws.com/flowers/model.tar.gz" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_model_data_that_is_no_archive" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { model_data_url = "s3://acme-models/flowers/" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_model_data_with_a_wildcard" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { model_data_url = "s3://acme-models/*/model.tar.gz" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_neither_instances_nor_serverless" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { instance_type = null }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_both_instances_and_serverless" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { serverless = { memory_mb = 2048, maximum_concurrency = 5 } }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_instance_of_ec2" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { instance_type = "m5.large" }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_no_instance" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { instance_count = 0 }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_count_of_what_has_no_instances" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.without, { instance_count = 2 }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_serverless_memory_between_two_gigabytes" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.without, { serverless = { memory_mb = 1536, maximum_concurrency = 5 } }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_more_serverless_memory_than_there_is" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.without, { serverless = { memory_mb = 7168, maximum_concurrency = 5 } }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_serverless_without_concurrency" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.without, { serverless = { memory_mb = 2048, maximum_concurrency = 0 } }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_more_serverless_concurrency_than_there_is" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.without, { serverless = { memory_mb = 2048, maximum_concurrency = 201 } }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_second_variant_beside_a_serverless_one" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = var.without, other = var.variant } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_serverless_and_asynchronous" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { variants = { main = var.without }, asynchronous = true }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_key_for_volumes_that_are_not_there" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { variants = { main = var.without }, kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd" }) } }) }
  }

  expect_failures = [var.models]
}

run "refuses_a_negative_weight" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { weight = -1 }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_weights_of_nothing" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { weight = 0 }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_environment_with_a_hyphen" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { main = merge(var.variant, { environment = { HF-TASK = "image-classification" } }) } } } }) }
  }

  expect_failures = [var.models]
}

run "refuses_an_alias_for_a_volumes_key" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = merge({ variants = { main = var.variant } }, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:alias/mine" }) } }) }
  }

  expect_failures = [var.models]
}

run "allows_ten_variants_of_which_one_gets_no_images" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { options = { endpoint = { variants = { for n in range(10) : "v${n}" => merge(var.variant, { weight = n }) } } } }) }
  }

  assert {
    condition     = module.models["flowers"].target == "acme-dayshift-test-flowers"
    error_message = "got ${jsonencode(module.models["flowers"].target)}"
  }
}

run "allows_serverless_without_a_price_and_with_a_digest" {
  command = plan

  variables {
    models = { flowers = merge(var.model, { usd_per_hour = null, options = { endpoint = { variants = { main = merge(var.without, { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers@sha256:${sha256("flowers")}" }) } } } }) }
  }

  assert {
    condition     = strcontains(module.models["flowers"].power.in_words, "0 USD an hour")
    error_message = "got ${module.models["flowers"].power.in_words}"
  }
}
