# Mistakes in jobs of batch transform are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "pictures"
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
}

run "refuses_the_arn_of_a_sagemaker_model" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "arn:aws:sagemaker:eu-west-1:123456789012:model/scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "probabilities" } } }
  }

  expect_failures = [var.job]
}

run "refuses_an_instance_of_ec2" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "probabilities" } } }
  }

  expect_failures = [var.job]
}

run "refuses_more_than_a_hundred_instances" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 101, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "probabilities" } } }
  }

  expect_failures = [var.job]
}

run "refuses_a_content_type_that_is_none" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "image", accept = "application/json", response = { at = "", scores_are = "probabilities" } } }
  }

  expect_failures = [var.job]
}

run "refuses_a_body_of_json_for_an_image" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "probabilities" }, json = "{\"inputs\":\"$image\"}" } }
  }

  expect_failures = [var.job]
}

run "refuses_json_without_a_body" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/json", accept = "application/json", response = { at = "", scores_are = "probabilities" } } }
  }

  expect_failures = [var.job]
}

run "refuses_a_body_without_an_image" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/json", accept = "application/json", response = { at = "", scores_are = "probabilities" }, json = "{\"inputs\":1}" } }
  }

  expect_failures = [var.job]
}

run "refuses_a_response_with_a_name_and_no_score" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", name = "label", scores_are = "percent" } } }
  }

  expect_failures = [var.job]
}

run "refuses_scores_that_are_odds" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "odds" } } }
  }

  expect_failures = [var.job]
}

run "refuses_a_file_of_classes_with_a_gap" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "probabilities" }, classes_file = "./tests/mocks/gap_in_classes.txt" } }
  }

  expect_failures = [var.job]
}
