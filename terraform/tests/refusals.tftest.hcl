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

run "refuses_a_name_with_capitals" {
  command = plan

  variables {
    name = "Acme"
  }

  expect_failures = [var.name]
}

run "refuses_a_name_of_two_letters" {
  command = plan

  variables {
    name = "ab"
  }

  expect_failures = [var.name]
}

run "refuses_a_hyphen_in_the_environment" {
  command = plan

  variables {
    environment = "pre-prod"
  }

  expect_failures = [var.environment]
}

run "refuses_a_zone_for_a_region" {
  command = plan

  variables {
    region = "eu-west-1a"
  }

  expect_failures = [var.region]
}

run "refuses_a_repository_that_is_no_tag" {
  command = plan

  variables {
    repository = "acme?"
  }

  expect_failures = [var.repository]
}

run "refuses_the_alias_of_a_key" {
  command = plan

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:alias/mine" }
  }

  expect_failures = [var.kms_key]
}

run "refuses_a_key_both_made_and_given" {
  command = plan

  variables {
    kms_key = { create = true, arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  expect_failures = [var.kms_key]
}

run "refuses_images_that_go_before_their_message" {
  command = plan

  variables {
    retention_days = { images = 14 }
  }

  expect_failures = [var.retention_days]
}

run "refuses_results_that_go_before_their_images" {
  command = plan

  variables {
    retention_days = { images = 60, old_versions = 30, results = 60 }
  }

  expect_failures = [var.retention_days]
}

run "refuses_results_that_go_where_images_stay" {
  command = plan

  variables {
    retention_days = { results = 400 }
  }

  expect_failures = [var.retention_days]
}

run "refuses_a_log_retention_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    retention_days = { logs = 31 }
  }

  expect_failures = [var.retention_days]
}

run "refuses_an_access_log_bucket_with_a_path" {
  command = plan

  variables {
    access_log_bucket = "logs/here"
  }

  expect_failures = [var.access_log_bucket]
}
