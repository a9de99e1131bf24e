# A model that is started and stopped: what is told to it, and by whom.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models = {
    logos = {
      family = "custom_labels"
      prefix = "logos/"
      target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      power  = "office_hours"
      hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], closed_on = ["2026-12-24"], holidays_of = "DE" }
    }
  }
}

run "a_powered_model_begins_with_its_gate_shut_and_nothing_remembered" {
  module {
    source = "./modules/model"
  }

  variables {
    name            = "logos"
    prefix          = "acme-test"
    account         = { partition = "aws", region = "eu-west-1", id = "123456789012" }
    images_bucket   = { name = "images", arn = "arn:aws:s3:::images" }
    results_bucket  = { name = "results", arn = "arn:aws:s3:::results" }
    memory_mb       = 512
    parameters_path = "/acme/test/models"

    model = {
      family                        = "custom_labels"
      target                        = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      prefix                        = "incoming/logos/"
      maximum_concurrency           = 4
      reserved_concurrency          = -1
      batch_size                    = 10
      power                         = "always_on"
      warmup_minutes                = 30
      results_within_minutes        = 60
      images_per_minute             = 60
      maximum_running_hours_per_day = 24
      options                       = { features = ["labels"], maximum_labels = 25, inference_units = 2 }
    }

    settings = {
      package_file       = "./tests/mocks/package.txt"
      runtime            = "python3.13"
      architecture       = "arm64"
      log_level          = "INFO"
      log_retention_days = 365
      enable_tracing     = true
    }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.queue[0].enabled == false
    error_message = "wanted disabled, got ${aws_lambda_event_source_mapping.queue[0].enabled}"
  }

  assert {
    condition = jsonencode({
      for name, parameter in aws_ssm_parameter.kept : parameter.name => [parameter.type, nonsensitive(parameter.value)]
      }) == jsonencode({
      "/acme/test/models/logos/memory" = ["String", "{}"], "/acme/test/models/logos/override" = ["String", "{}"]
    })
    error_message = "got ${jsonencode([for parameter in aws_ssm_parameter.kept : parameter.name])}"
  }

  assert {
    condition = (
      aws_ssm_parameter.spec[0].name == "/acme/test/models/logos/spec" && output.power.spec.hours == null &&
      output.power.spec.usd_per_hour == 8 && output.power.spec.options.minimum_confidence_percent == null
    )
    error_message = "wanted no hours, 2 x 4 USD and the training's own confidence, got ${jsonencode(output.power.spec)}"
  }
}

run "the_spec_says_all_that_reconcile_must_know" {
  assert {
    condition = jsonencode(merge(module.models["logos"].power.spec, { hours = null })) == jsonencode({
      family                        = "custom_labels"
      fleet                         = null
      hours                         = null
      idle_minutes                  = null
      images_per_minute             = 60
      mapping_uuid                  = "14e0db71-5d35-4eb5-b481-8945cf9d10c2"
      maximum_running_hours_per_day = 24
      name                          = "logos"
      options                       = { inference_units = 1, maximum_inference_units = null, maximum_labels = 25, minimum_confidence_percent = null }
      power                         = "office_hours"
      prefix                        = "incoming/logos/"
      queue_name                    = "acme-dayshift-test-logos-queue"
      queue_url                     = "https://sqs.eu-west-1.amazonaws.com/123456789012/mocked"
      results_within_minutes        = 60
      target                        = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      usd_per_hour                  = 4
      warmup_minutes                = 30
    })
    error_message = "got ${jsonencode(module.models["logos"].power.spec)}"
  }

  assert {
    condition = (
      module.models["logos"].power.spec.hours.timezone == "Europe/Berlin" &&
      join("; ", module.models["logos"].power.spec.hours.open) == "Mon-Fri 09:00-18:00" &&
      contains(module.models["logos"].power.spec.hours.closed_on, "2026-12-24") &&
      contains(module.models["logos"].power.spec.hours.closed_on, "2026-12-25") &&
      !contains(module.models["logos"].power.spec.hours.closed_on, "2026-12-26")
    )
    error_message = "wanted Christmas Eve by hand, Christmas Day by the country and not its Saturday, got ${jsonencode(module.models["logos"].power.spec.hours)}"
  }
}

run "the_plan_says_the_hours_and_what_they_cost" {
  assert {
    condition = output.power.logos == join(" ", [
      "office hours: on Mon-Fri 09:00-18:00 Europe/Berlin and 30 min before, but on ${length(module.models["logos"].power.spec.hours.closed_on)} closed dates:",
      "47.5 h a week, 826 USD a month at 4 USD an hour",
    ])
    error_message = "got ${output.power.logos}"
  }
}

run "the_backstop_of_a_promise_waits_until_it_may_be_kept" {
  variables {
    models = {
      logos = {
        family                 = "custom_labels"
        prefix                 = "logos/"
        target                 = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
        power                  = "on_deadline"
        results_within_minutes = 1440
        hours                  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
      }
    }
  }

  assert {
    # Of Friday alone, on Saturday: on other days a promise of the next day is still to be kept.
    condition     = jsonencode(module.models["logos"].power.window.backstops) == jsonencode({ "1830" = "cron(30 18 ? * SAT *)" })
    error_message = "wanted Saturday 18:30 alone, got ${jsonencode(module.models["logos"].power.window.backstops)}"
  }
}

run "the_tick_comes_every_minute_or_as_often_as_it_is_told" {
  assert {
    condition     = aws_scheduler_schedule.tick[0].schedule_expression == "rate(1 minute)"
    error_message = "wanted rate(1 minute), got ${aws_scheduler_schedule.tick[0].schedule_expression}"
  }

  assert {
    condition = (
      aws_scheduler_schedule.tick[0].target[0].input == "{}" &&
      aws_scheduler_schedule.tick[0].target[0].retry_policy[0].maximum_event_age_in_seconds <= 900 &&
      aws_scheduler_schedule.tick[0].target[0].dead_letter_config[0].arn == aws_sqs_queue.failed_events.arn &&
      aws_scheduler_schedule.tick[0].flexible_time_window[0].mode == "OFF"
    )
    error_message = "got ${jsonencode(aws_scheduler_schedule.tick[0].target)}"
  }
}

run "a_tick_of_five_minutes_is_written_as_scheduler_wants_it" {
  variables {
    tick_minutes = 5
  }

  assert {
    condition     = aws_scheduler_schedule.tick[0].schedule_expression == "rate(5 minutes)"
    error_message = "wanted rate(5 minutes), got ${aws_scheduler_schedule.tick[0].schedule_expression}"
  }
}

run "stop_has_the_time_to_wait_for_a_model_and_a_failed_tick_is_not_repeated" {
  assert {
    condition     = join(" ", [for role in ["start", "stop", "reconcile"] : module.power[role].contract.timeout_seconds]) == "60 900 120"
    error_message = "wanted 60, 900 and 120 s, got ${jsonencode({ for role, function in module.power : role => function.contract.timeout_seconds })}"
  }

  assert {
    condition     = alltrue([for function in module.power : function.contract.retries == 0])
    error_message = "wanted no retries, got ${jsonencode({ for role, function in module.power : role => function.contract.retries })}"
  }
}

run "a_family_that_is_always_there_has_a_gate_but_nothing_that_stops_it" {
  variables {
    models = {
      signs = {
        family = "rekognition"
        prefix = "signs/"
        power  = "office_hours"
        hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
      }
    }
  }

  assert {
    condition     = length(aws_iam_role.backstop) == 0 && length(module.power) == 3
    error_message = "wanted start, stop and reconcile without a backstop, got ${length(aws_iam_role.backstop)} backstop roles"
  }

  assert {
    condition     = module.models["signs"].power.spec.warmup_minutes == 0 && module.models["signs"].power.spec.usd_per_hour == 0
    error_message = "wanted neither warm-up nor price, got ${jsonencode(module.models["signs"].power.spec)}"
  }
}
