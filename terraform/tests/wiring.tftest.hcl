# What calls what, and who may: the parts that an emulator accepts without asking.

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

run "s3_may_call_the_producer_for_our_bucket_of_our_account_only" {
  assert {
    condition = (
      aws_lambda_permission.images.source_arn == module.images.arn &&
      aws_lambda_permission.images.source_account == "123456789012" &&
      aws_lambda_permission.images.principal == "s3.amazonaws.com"
    )
    error_message = "wanted source_arn ${module.images.arn} and source_account 123456789012, got ${jsonencode(aws_lambda_permission.images)}"
  }
}

run "all_kinds_of_upload_under_incoming_reach_the_producer" {
  assert {
    condition = (
      length(aws_s3_bucket_notification.images.lambda_function) == 1 &&
      join(",", aws_s3_bucket_notification.images.lambda_function[0].events) == "s3:ObjectCreated:*" &&
      aws_s3_bucket_notification.images.lambda_function[0].filter_prefix == "incoming/" &&
      aws_s3_bucket_notification.images.lambda_function[0].lambda_function_arn == module.producer.arn
    )
    error_message = "wanted s3:ObjectCreated:* under incoming/, got ${jsonencode(aws_s3_bucket_notification.images.lambda_function)}"
  }
}

run "the_scheduler_role_serves_our_schedule_group_of_our_account_only" {
  assert {
    condition = jsonencode(jsondecode(aws_iam_role.scheduler.assume_role_policy).Statement[0].Condition) == jsonencode({
      StringEquals = {
        "aws:SourceAccount" = "123456789012"
        "aws:SourceArn"     = aws_scheduler_schedule_group.main.arn
      }
    })
    error_message = "got ${aws_iam_role.scheduler.assume_role_policy}"
  }

  assert {
    condition = sort(flatten(jsondecode(aws_iam_role_policy.scheduler.policy).Statement[*].Action)) == sort([
      "lambda:InvokeFunction", "sqs:SendMessage",
    ])
    error_message = "wanted lambda:InvokeFunction and sqs:SendMessage, got ${aws_iam_role_policy.scheduler.policy}"
  }
}

run "the_sweep_is_called_every_hour_and_a_late_call_is_dropped_where_it_is_seen" {
  assert {
    condition = (
      aws_scheduler_schedule.sweep.schedule_expression == "rate(1 hour)" &&
      aws_scheduler_schedule.sweep.group_name == aws_scheduler_schedule_group.main.name &&
      aws_scheduler_schedule.sweep.flexible_time_window[0].mode == "OFF" &&
      aws_scheduler_schedule.sweep.target[0].retry_policy[0].maximum_event_age_in_seconds <= 900 &&
      aws_scheduler_schedule.sweep.target[0].dead_letter_config[0].arn == aws_sqs_queue.failed_events.arn
    )
    error_message = "wanted rate(1 hour), window OFF, age <= 900 s and a dead-letter queue, got ${jsonencode(aws_scheduler_schedule.sweep)}"
  }
}

run "every_queue_that_must_be_empty_and_every_function_has_its_alarm" {
  assert {
    condition     = sort(keys(aws_cloudwatch_metric_alarm.not_empty)) == sort(["dead-archives", "failed-events", "signs-dlq"])
    error_message = "wanted dead-archives, failed-events and signs-dlq, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.not_empty))}"
  }

  assert {
    condition     = sort(keys(aws_cloudwatch_metric_alarm.errors)) == sort(["producer", "expander", "sweep", "signs-labeler"])
    error_message = "wanted producer, expander, sweep and signs-labeler, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.errors))}"
  }
}

run "nothing_of_power_is_made_where_no_model_is_powered" {
  assert {
    condition = length(module.power) + length(module.schedules) + sum([
      for made in [aws_scheduler_schedule.tick, aws_iam_role.backstop, aws_cloudwatch_dashboard.main, aws_cloudwatch_metric_alarm.reconcile_silent] : length(made)
    ]) + length(aws_cloudwatch_metric_alarm.heartbeat) == 0
    error_message = "wanted none, got ${jsonencode(keys(module.power))}"
  }
}

run "athena_finds_the_models_without_a_crawler" {
  assert {
    condition = (
      aws_glue_catalog_table.results.parameters["projection.model_name.values"] == "signs" &&
      aws_glue_catalog_table.results.parameters["storage.location.template"] == "s3://acme-dayshift-test-results/results/$${model_name}/"
    )
    error_message = "got ${jsonencode(aws_glue_catalog_table.results.parameters)}"
  }

  assert {
    condition = join(" ", aws_glue_catalog_table.results.storage_descriptor[0].columns[*].name) == join(" ", [
      "schema", "image", "model", "status", "reason", "detections", "enqueued_at", "finished_at", "duration_ms", "cost_usd",
    ])
    error_message = "wanted the fields of the terminal record, got ${join(" ", aws_glue_catalog_table.results.storage_descriptor[0].columns[*].name)}"
  }
}
