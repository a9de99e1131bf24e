# Mistakes in the values of a deployment are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }
}

run "refuses_a_deployment_without_models" {
  command = plan

  variables {
    models = {}
  }

  expect_failures = [var.models]
}

run "refuses_a_model_name_with_capitals" {
  command = plan

  variables {
    models = { Signs = { family = "rekognition", prefix = "signs/" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_model_name_that_makes_a_function_name_too_long" {
  command = plan

  variables {
    models = { signs-of-the-northern-and-southern-shops = { family = "rekognition", prefix = "signs/" } }
  }

  expect_failures = [var.models]
}

run "refuses_an_unknown_family" {
  command = plan

  variables {
    models = { signs = { family = "textract", prefix = "signs/" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_target_for_rekognition" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/x" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_prefix_without_its_slash" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_prefix_that_begins_with_a_slash" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "/signs/" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_prefix_with_a_wildcard" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "*/" } }
  }

  expect_failures = [var.models]
}

run "refuses_two_models_with_one_prefix" {
  command = plan

  variables {
    models = { a = { family = "rekognition", prefix = "x/" }, b = { family = "rekognition", prefix = "x/" } }
  }

  expect_failures = [var.models]
}

run "allows_a_catch_all_and_prefixes_within_prefixes" {
  command = plan

  variables {
    models = {
      rest    = { family = "rekognition", prefix = "" }
      shops   = { family = "rekognition", prefix = "shops/" }
      berlin  = { family = "rekognition", prefix = "shops/berlin/" }
      texts-2 = { family = "rekognition", prefix = "Texts_2024-01.x/", options = { features = ["text"] } }
    }
  }

  assert {
    condition     = length(keys(module.models)) == 4
    error_message = "wanted 4 models, got ${length(keys(module.models))}"
  }
}
