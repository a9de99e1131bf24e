# The openings, closings and backstops of one model, and what happens before it is destroyed.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "logos"
  identity           = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
  group              = "acme-test"
  scheduler_role_arn = "arn:aws:iam::123456789012:role/scheduler"
  backstop_role_arn  = "arn:aws:iam::123456789012:role/backstop"
  failed_events_arn  = "arn:aws:sqs:eu-west-1:123456789012:failed-events"

  window = {
    timezone         = "Europe/Berlin"
    starts           = { "0830" = "cron(30 8 ? * MON,TUE,WED,THU,FRI *)" }
    stops            = { "1800" = "cron(0 18 ? * MON,TUE,WED,THU,FRI *)" }
    backstops        = { "1830" = "cron(30 18 ? * MON,TUE,WED,THU,FRI *)" }
    backstop_minutes = 30
  }

  backstops = [{
    operation = "arn:aws:scheduler:::aws-sdk:rekognition:stopProjectVersion"
    input     = "{\"ProjectVersionArn\":\"arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000\"}"
    action    = "rekognition:StopProjectVersion"
    resource  = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
  }]

  functions = {
    start = { name = "start", arn = "arn:aws:lambda:eu-west-1:123456789012:function:start" }
    stop  = { name = "stop", arn = "arn:aws:lambda:eu-west-1:123456789012:function:stop" }
    sweep = { name = "sweep", arn = "arn:aws:lambda:eu-west-1:123456789012:function:sweep" }
  }
}

run "openings_start_and_sweep_and_closings_stop_by_the_models_own_clock" {
  module {
    source = "./modules/schedules"
  }

  assert {
    condition = jsonencode({
      for schedule in aws_scheduler_schedule.edge : schedule.name => [
        schedule.schedule_expression, schedule.schedule_expression_timezone, schedule.target[0].arn, jsondecode(schedule.target[0].input),
      ]
      }) == jsonencode({
      "logos-start-0830" = ["cron(30 8 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin", "arn:aws:lambda:eu-west-1:123456789012:function:start", { model = "logos" }]
      "logos-stop-1800"  = ["cron(0 18 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin", "arn:aws:lambda:eu-west-1:123456789012:function:stop", { model = "logos" }]
      "logos-sweep-0830" = ["cron(30 8 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin", "arn:aws:lambda:eu-west-1:123456789012:function:sweep", { model = "logos" }]
    })
    error_message = "got ${jsonencode(aws_scheduler_schedule.edge)}"
  }
}

run "a_late_start_or_stop_is_dropped_where_it_is_seen" {
  module {
    source = "./modules/schedules"
  }

  assert {
    condition = alltrue([
      for schedule in aws_scheduler_schedule.edge :
      schedule.target[0].retry_policy[0].maximum_event_age_in_seconds <= 900 &&
      schedule.target[0].dead_letter_config[0].arn == "arn:aws:sqs:eu-west-1:123456789012:failed-events" &&
      schedule.target[0].role_arn == "arn:aws:iam::123456789012:role/scheduler" &&
      schedule.flexible_time_window[0].mode == "OFF" && schedule.group_name == "acme-test"
    ])
    error_message = "wanted age <= 900 s, the failed events, the scheduler's role and no flexible window, got ${jsonencode(aws_scheduler_schedule.edge)}"
  }
}

run "the_backstop_stops_the_version_without_any_function_of_ours" {
  module {
    source = "./modules/schedules"
  }

  assert {
    condition = alltrue([
      aws_scheduler_schedule.backstop["backstop-1830"].name == "logos-backstop-1830",
      aws_scheduler_schedule.backstop["backstop-1830"].schedule_expression == "cron(30 18 ? * MON,TUE,WED,THU,FRI *)",
      aws_scheduler_schedule.backstop["backstop-1830"].schedule_expression_timezone == "Europe/Berlin",
      aws_scheduler_schedule.backstop["backstop-1830"].target[0].arn == "arn:aws:scheduler:::aws-sdk:rekognition:stopProjectVersion",
      aws_scheduler_schedule.backstop["backstop-1830"].target[0].role_arn == "arn:aws:iam::123456789012:role/backstop",
      jsondecode(aws_scheduler_schedule.backstop["backstop-1830"].target[0].input) == {
        ProjectVersionArn = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      },
    ])
    error_message = "got ${jsonencode(aws_scheduler_schedule.backstop)}"
  }
}

run "a_backstop_that_finds_the_model_stopped_rings_no_alarm_and_tries_no_quarter_of_an_hour" {
  module {
    source = "./modules/schedules"
  }

  assert {
    condition = alltrue([
      for schedule in aws_scheduler_schedule.backstop :
      length(schedule.target[0].dead_letter_config) == 0 && schedule.target[0].retry_policy[0].maximum_event_age_in_seconds <= 300
    ])
    error_message = "wanted no dead-letter queue and at most 300 s, got ${jsonencode(aws_scheduler_schedule.backstop)}"
  }
}

run "without_hours_there_is_neither_edge_nor_backstop_but_still_a_stop_before_the_end" {
  module {
    source = "./modules/schedules"
  }

  variables {
    window = { timezone = "UTC", starts = {}, stops = {}, backstops = {}, backstop_minutes = 30 }
  }

  assert {
    condition     = length(output.schedules) == 0
    error_message = "wanted none, got ${jsonencode(output.schedules)}"
  }

  assert {
    condition = (
      aws_lambda_invocation.stop_before_destroy.function_name == "stop" &&
      aws_lambda_invocation.stop_before_destroy.lifecycle_scope == "CRUD" &&
      aws_lambda_invocation.stop_before_destroy.input == jsonencode({ model = "logos" })
    )
    error_message = "wanted stop to be called with the model, got ${jsonencode(aws_lambda_invocation.stop_before_destroy)}"
  }
}

run "a_model_that_is_always_there_has_no_backstop" {
  module {
    source = "./modules/schedules"
  }

  variables {
    identity          = null
    backstops         = []
    backstop_role_arn = null
  }

  assert {
    condition     = length(aws_scheduler_schedule.backstop) == 0 && length(aws_scheduler_schedule.edge) == 3
    error_message = "got ${jsonencode(output.schedules)}"
  }
}
