# Mistakes in a model's hours are refused while planning. The messages are read in tests/terraform.

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

run "refuses_hours_without_a_time_zone" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { open = ["Mon-Fri 09:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_time_zone_that_is_none" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Atlantis", open = ["Mon-Fri 09:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_hours_without_a_window" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = [] } } }
  }

  expect_failures = [var.models]
}

run "refuses_an_hour_of_one_digit" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 8:30-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_minute_sixty" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 08:60-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_to_begin_at_24" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 24:00-08:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_window_without_length" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-09:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_day_in_another_language" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mo-Fr 09:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_range_of_three" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Wed-Fri 09:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_two_windows_in_one_text" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon 09:00-12:00, Mon 13:00-18:00"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_closed_date_in_another_order" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], closed_on = ["24.12.2026"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_date_that_no_calendar_has" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], closed_on = ["2026-02-30"] } } }
  }

  expect_failures = [var.models]
}

run "refuses_an_unknown_country" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], holidays_of = "XX" } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_country_in_small_letters" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], holidays_of = "de" } } }
  }

  expect_failures = [var.models]
}

run "refuses_a_part_that_the_country_has_not" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], holidays_of = "DE-XX" } } }
  }

  expect_failures = [var.models]
}

run "allows_nights_lists_wrapping_weeks_and_parts_of_countries" {
  command = plan

  variables {
    models = { logos = { family = "custom_labels", prefix = "logos/", target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000", power = "office_hours", hours = { timezone = "Europe/Berlin", open = ["Mon,Wed-Thu 22:00-02:00", "Sat-Mon 00:00-24:00", "Fri 22:00-00:00"], holidays_of = "DE-BY", closed_on = ["2028-02-29"] } } }
  }

  assert {
    condition     = strcontains(output.power.logos, "Sat-Mon 00:00-24:00")
    error_message = "wanted the windows in words, got ${output.power.logos}"
  }
}
