# Around jobs: what calls their function, and who is told of what.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name             = "acme-dayshift"
  environment      = "test"
  region           = "eu-west-1"
  package_file     = "./tests/mocks/package.txt"
  alarm_topic_arns = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
  models = {
    pictures = {
      family = "gpu_job"
      prefix = "pictures/"
      options = {
        job = {
          budget_usd           = 2
          maximum_usd_per_hour = 0.6
          proximl = {
            user_parameter = "/acme/proximl/user"
            key_parameter  = "/acme/proximl/key"
            gpu_types      = ["rtx3090"]
            command        = "python classify.py"
            model_git      = "https://github.com/acme/pictures.git"
          }
        }
      }
    }
    scans = {
      family = "gpu_job"
      prefix = "scans/"
      power  = "office_hours"
      hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
      options = {
        job = {
          budget_usd           = 2
          maximum_usd_per_hour = 0.74
          batch_transform      = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" }
        }
      }
    }
  }
}

run "each_models_jobs_are_looked_at_every_minute_and_a_late_look_is_dropped_where_it_is_seen" {
  assert {
    condition = jsonencode({
      for name, schedule in aws_scheduler_schedule.jobs : name => [
        schedule.name, schedule.schedule_expression, schedule.target[0].input, schedule.target[0].retry_policy[0].maximum_event_age_in_seconds,
        schedule.target[0].retry_policy[0].maximum_retry_attempts, schedule.group_name, schedule.flexible_time_window[0].mode,
      ]
    }) == jsonencode({ for name in ["pictures", "scans"] : name => ["${name}-jobs", "rate(1 minute)", "{}", 60, 1, "acme-dayshift-test", "OFF"] })
    error_message = "got ${jsonencode(aws_scheduler_schedule.jobs)}"
  }

  assert {
    condition = alltrue([
      for name, schedule in aws_scheduler_schedule.jobs :
      schedule.target[0].arn == module.models[name].jobs.arn && schedule.target[0].dead_letter_config[0].arn == aws_sqs_queue.failed_events.arn
    ])
    error_message = "got ${jsonencode(aws_scheduler_schedule.jobs)}"
  }
}

run "a_job_is_told_how_often_it_is_looked_at" {
  variables {
    tick_minutes = 5
  }

  assert {
    condition = alltrue([
      for name in ["pictures", "scans"] :
      aws_scheduler_schedule.jobs[name].schedule_expression == "rate(5 minutes)" &&
      jsondecode(module.models[name].jobs_contract.environment.MODEL).options.tick_minutes == 5
    ])
    error_message = "got ${jsonencode(aws_scheduler_schedule.jobs)}"
  }
}

run "jobs_are_ended_before_their_function_goes" {
  assert {
    condition = alltrue([
      for name in ["pictures", "scans"] :
      aws_lambda_invocation.end_jobs_before_destroy[name].lifecycle_scope == "CRUD" &&
      aws_lambda_invocation.end_jobs_before_destroy[name].input == "{}" &&
      aws_lambda_invocation.end_jobs_before_destroy[name].function_name == module.models[name].jobs.name
    ])
    error_message = "got ${jsonencode(aws_lambda_invocation.end_jobs_before_destroy)}"
  }
}

run "jobs_are_told_apart_by_where_they_are" {
  assert {
    condition     = { for name, service in terraform_data.service_of_jobs : name => service.input } == { pictures = "proximl /acme/proximl/user ", scans = "batch_transform" }
    error_message = "got ${jsonencode(terraform_data.service_of_jobs)}"
  }
}

run "the_scheduler_may_call_the_functions_of_jobs" {
  assert {
    condition = alltrue([
      for name in ["pictures", "scans"] : contains(flatten([
        for statement in jsondecode(aws_iam_role_policy.scheduler.policy).Statement : statement.Resource if statement.Sid == "Invoke"
      ]), module.models[name].jobs.arn)
    ])
    error_message = "got ${aws_iam_role_policy.scheduler.policy}"
  }
}

run "who_is_refused_who_does_not_stop_and_who_is_old_rings" {
  assert {
    condition = jsonencode({
      for name, alarm in aws_cloudwatch_metric_alarm.jobs : name => [alarm.metric_name, alarm.threshold, alarm.period * alarm.evaluation_periods]
      }) == jsonencode({
      "pictures-job-not-stopping" = ["JobNotStoppingMinutes", 20, 300]
      "pictures-jobs-refused"     = ["JobsRefused", 1, 300]
      "pictures-oldest-job"       = ["OldestJobMinutes", 1440, 900]
      "scans-job-not-stopping"    = ["JobNotStoppingMinutes", 20, 300]
      "scans-jobs-refused"        = ["JobsRefused", 1, 300]
      "scans-oldest-job"          = ["OldestJobMinutes", 7200, 900]
    })
    error_message = "wanted a job that waits for Monday not to ring, got ${jsonencode(aws_cloudwatch_metric_alarm.jobs)}"
  }

  assert {
    condition = alltrue([
      for name, alarm in aws_cloudwatch_metric_alarm.jobs :
      alarm.namespace == module.models["pictures"].jobs_contract.environment.POWERTOOLS_METRICS_NAMESPACE &&
      alarm.dimensions == tomap({
        model   = split("-", name)[0]
        service = module.models[split("-", name)[0]].jobs_contract.environment.POWERTOOLS_SERVICE_NAME
      }) && alarm.alarm_actions == toset(var.alarm_topic_arns)
    ])
    error_message = "got ${jsonencode(aws_cloudwatch_metric_alarm.jobs)}"
  }

  assert {
    condition     = setintersection(keys(aws_cloudwatch_metric_alarm.errors), ["pictures-jobs", "scans-jobs", "pictures-labeler"]) == toset(["pictures-jobs", "scans-jobs"])
    error_message = "wanted the errors of the function of jobs and of no labeler, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.errors))}"
  }
}

run "a_look_that_is_silent_for_a_quarter_of_an_hour_rings" {
  assert {
    condition = alltrue([
      for name in ["pictures", "scans"] :
      aws_cloudwatch_metric_alarm.jobs_silent[name].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.jobs_silent[name].period == 900 &&
      aws_cloudwatch_metric_alarm.jobs_silent[name].dimensions == tomap({ FunctionName = module.models[name].jobs.name })
    ])
    error_message = "got ${jsonencode(aws_cloudwatch_metric_alarm.jobs_silent)}"
  }
}

run "the_hours_of_jobs_are_a_gate_and_not_a_mapping" {
  assert {
    condition = (
      aws_ssm_parameter.deployment.value == jsonencode(output.deployment) && keys(module.schedules) == ["scans"] &&
      !contains(flatten(module.power["reconcile"].contract.statements[*].Action), "lambda:UpdateEventSourceMapping")
    )
    error_message = "got ${jsonencode(module.power["reconcile"].contract.statements)}"
  }

  assert {
    condition     = keys(output.power) == ["scans"] && startswith(output.power.scans, "office hours: jobs begin Mon-Fri 09:00-18:00 Europe/Berlin")
    error_message = "got ${jsonencode(output.power)}"
  }
}
