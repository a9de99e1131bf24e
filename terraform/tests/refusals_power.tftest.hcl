# Mistakes in how a model is powered are refused while planning. The messages are read in tests/terraform.

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

run "refuses_more_powered_models_than_a_role_has_room_for" {
  command = plan

  variables {
    models = {
      for number in range(16) : "model-${number}" => { family = "rekognition", prefix = "m${number}/", power = "always_on" }
    }
  }

  expect_failures = [var.models]
}

run "refuses_an_unknown_power" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "nights" } }
  }

  expect_failures = [var.models]
}

run "refuses_office_hours_without_hours" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours" } }
  }

  expect_failures = [var.models]
}

run "refuses_hours_for_a_model_that_is_always_on" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_hours_for_a_model_without_power" {
  command = plan

  variables {
    models = { signs = { family = "rekognition", prefix = "signs/", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_no_warm_up" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", warmup_minutes = 0 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_warm_up_of_over_three_hours" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", warmup_minutes = 181 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_promise_of_no_minutes" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", results_within_minutes = 0 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_promise_that_no_start_can_keep" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "on_deadline", results_within_minutes = 32 } }
  }

  expect_failures = [var.models]
}

run "refuses_no_patience" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", idle_minutes = 0 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_model_that_reads_nothing" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", images_per_minute = 0 } }
  }

  expect_failures = [var.models]
}

run "refuses_no_running_hours" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", maximum_running_hours_per_day = 0 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_day_of_25_hours" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", maximum_running_hours_per_day = 25 } }
  }

  expect_failures = [var.models]
}

run "refuses_a_negative_price" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "always_on", usd_per_hour = -1 } }
  }

  expect_failures = [var.models]
}

run "allows_a_promise_of_exactly_the_warm_up_and_three_minutes" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "on_deadline", results_within_minutes = 33 } }
  }

  assert {
    condition     = startswith(output.power.logos, "deadline wake: ")
    error_message = "wanted deadline wake, got ${output.power.logos}"
  }
}

run "a_shorter_promise_with_hours_is_a_warm_window" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "on_deadline", results_within_minutes = 32, hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] } } }
  }

  assert {
    condition     = startswith(output.power.logos, "warm window: ")
    error_message = "wanted warm window, got ${output.power.logos}"
  }
}
