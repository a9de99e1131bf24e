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

run "refuses_a_single_labeler_since_lambda_has_no_such_limit" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", maximum_concurrency = 1 } }
  }

  expect_failures = [var.models]
}

run "refuses_fewer_reserved_labelers_than_the_mapping_may_start" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", maximum_concurrency = 4, reserved_concurrency = 3 } }
  }

  expect_failures = [var.models]
}

run "refuses_batches_over_ten" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", batch_size = 11 } }
  }

  expect_failures = [var.models]
}

run "refuses_an_unknown_feature" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", options = { features = ["faces"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_model_without_features" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", options = { features = [] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_confidence_over_a_hundred" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", options = { minimum_confidence_percent = 101 } } }
  }

  expect_failures = [var.models]
}

run "refuses_more_labels_than_rekognition_gives" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", options = { maximum_labels = 1001 } } }
  }

  expect_failures = [var.models]
}
