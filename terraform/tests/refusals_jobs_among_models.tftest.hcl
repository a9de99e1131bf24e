# Mistakes in how a model with jobs stands among the others are refused while planning.

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

run "refuses_jobs_that_nothing_is_said_of" {
  command = plan

  variables {
    models = { pictures = { family = "gpu_job", prefix = "pictures/" } }
  }

  expect_failures = [var.models]
}

run "refuses_jobs_of_another_family" {
  command = plan

  variables {
    models = { pictures = { family = "rekognition", prefix = "pictures/", options = { job = { budget_usd = 2, maximum_usd_per_hour = 0.74, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" } } } } }
  }

  expect_failures = [var.models]
}

run "refuses_jobs_with_a_promise_that_nobody_can_keep" {
  command = plan

  variables {
    models = { pictures = { family = "gpu_job", prefix = "pictures/", power = "on_deadline", options = { job = { budget_usd = 2, maximum_usd_per_hour = 0.74, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" } } } } }
  }

  expect_failures = [var.models]
}

run "refuses_jobs_with_a_target" {
  command = plan

  variables {
    models = { pictures = { family = "gpu_job", prefix = "pictures/", target = "a-job", options = { job = { budget_usd = 2, maximum_usd_per_hour = 0.74, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" } } } } }
  }

  expect_failures = [var.models]
}

run "refuses_jobs_with_a_price_by_the_running_hour" {
  command = plan

  variables {
    models = { pictures = { family = "gpu_job", prefix = "pictures/", usd_per_hour = 1, options = { job = { budget_usd = 2, maximum_usd_per_hour = 0.74, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" } } } } }
  }

  expect_failures = [var.models]
}

run "takes_jobs_at_any_time" {
  command = plan

  variables {
    models = { pictures = { family = "gpu_job", prefix = "pictures/", options = { job = { budget_usd = 2, maximum_usd_per_hour = 0.74, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" } } } } }
  }

  assert {
    condition     = output.power == {}
    error_message = "got ${jsonencode(output.power)}"
  }
}
