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

run "refuses_a_package_that_was_not_built" {
  command = plan

  variables {
    package_file = "../dist/nothing.zip"
  }

  expect_failures = [var.package_file]
}

run "refuses_an_old_runtime" {
  command = plan

  variables {
    runtime = "python3.9"
  }

  expect_failures = [var.runtime]
}

run "refuses_an_architecture_by_another_name" {
  command = plan

  variables {
    architecture = "amd64"
  }

  expect_failures = [var.architecture]
}

run "refuses_too_little_memory" {
  command = plan

  variables {
    memory_mb = { labeler = 64 }
  }

  expect_failures = [var.memory_mb]
}

run "refuses_no_concurrency_at_all" {
  command = plan

  variables {
    reserved_concurrency = { producer = 0 }
  }

  expect_failures = [var.reserved_concurrency]
}

run "refuses_fewer_expanders_than_archives_are_handed_out_at_once" {
  command = plan

  variables {
    reserved_concurrency = { expander = 3 }
  }

  expect_failures = [var.reserved_concurrency]
}

run "refuses_a_log_level_in_small_letters" {
  command = plan

  variables {
    log_level = "info"
  }

  expect_failures = [var.log_level]
}

run "refuses_a_signing_profile_for_a_signing_configuration" {
  command = plan

  variables {
    code_signing_config_arn = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/mine"
  }

  expect_failures = [var.code_signing_config_arn]
}

run "refuses_a_sweep_of_what_was_just_sent" {
  command = plan

  variables {
    sweep_after_minutes = 1
  }

  expect_failures = [var.sweep_after_minutes]
}

run "refuses_a_mail_address_for_a_topic" {
  command = plan

  variables {
    alarm_topic_arns = ["on-call@example.com"]
  }

  expect_failures = [var.alarm_topic_arns]
}

run "refuses_a_tick_of_half_a_minute" {
  command = plan

  variables {
    tick_minutes = 0.5
  }

  expect_failures = [var.tick_minutes]
}

run "refuses_a_tick_of_over_a_quarter_of_an_hour" {
  command = plan

  variables {
    tick_minutes = 16
  }

  expect_failures = [var.tick_minutes]
}

run "refuses_addresses_without_a_key_since_cloudwatch_may_not_use_that_of_aws" {
  command = plan

  variables {
    alarm_emails = ["on-call@example.com"]
  }

  expect_failures = [var.alarm_emails]
}

run "refuses_a_topic_for_an_address" {
  command = plan

  variables {
    kms_key      = { create = true }
    alarm_emails = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
  }

  expect_failures = [var.alarm_emails]
}
