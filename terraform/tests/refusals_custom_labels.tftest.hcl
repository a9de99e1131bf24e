# Mistakes in a model of Custom Labels are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }
}

run "refuses_custom_labels_without_power" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000" } }
  }

  expect_failures = [var.models]
}

run "refuses_custom_labels_without_a_target" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", power = "always_on" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_project_for_a_version" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/1793612467000", power = "always_on" } }
  }

  expect_failures = [var.models]
}

run "refuses_a_version_of_another_region" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on" } }
  }

  expect_failures = [var.models]
}

run "refuses_two_models_with_one_target" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on" }, marks = { family = "custom_labels", prefix = "marks/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on" } }
  }

  expect_failures = [var.models]
}

run "refuses_no_inference_units" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", options = { inference_units = 0 } } }
  }

  expect_failures = [var.models]
}

run "refuses_half_an_inference_unit" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", options = { inference_units = 1.5 } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_maximum_below_the_inference_units" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", options = { inference_units = 3, maximum_inference_units = 2 } } }
  }

  expect_failures = [var.models]
}
