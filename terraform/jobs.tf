####################################################################################################
# Jobs
####################################################################################################

# The look at each model's jobs. At a schedule of its own: a function that waits for a service must not keep the models.

resource "aws_scheduler_schedule" "jobs" {
  for_each = toset(local.jobs)

  name                = "${each.key}-jobs"
  description         = "Every ${var.tick_minutes} min: each job of ${each.key} comes one step nearer to its end."
  group_name          = aws_scheduler_schedule_group.main.name
  schedule_expression = "rate(${var.tick_minutes} ${var.tick_minutes == 1 ? "minute" : "minutes"})"
  kms_key_arn         = local.kms_key == null ? null : local.kms_key.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = module.models[each.key].jobs.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({})

    retry_policy {
      maximum_event_age_in_seconds = 60 # the least; the next one does the same
      maximum_retry_attempts       = 1
    }

    dead_letter_config {
      arn = aws_sqs_queue.failed_events.arn
    }
  }

  depends_on = [aws_iam_role_policy.scheduler, aws_lambda_invocation.end_jobs_before_destroy]
}

# Asked for nothing while it is made. Before it goes, and before all that this needs, the function asks the service to end each
# job and looks until it has; the images stay in the book. So too before the jobs are another service's: the old one would be
# paid, and nobody would look.
resource "aws_lambda_invocation" "end_jobs_before_destroy" {
  for_each = toset(local.jobs)

  function_name   = module.models[each.key].jobs.name
  lifecycle_scope = "CRUD"
  input           = jsonencode({})

  lifecycle {
    replace_triggered_by = [terraform_data.service_of_jobs[each.key]]
  }

  depends_on = [module.models] # what the function may do, too
}

resource "terraform_data" "service_of_jobs" {
  for_each = toset(local.jobs)

  input = module.models[each.key].identity
}

locals {
  jobs = sort([for name, model in var.models : name if model.family == "gpu_job"])

  # jobs/<model>/20261121-093000-1a2b3c4d.json, but not jobs/<model>/open.json, in which are the jobs that are not over.
  closed_jobs = [for name in local.jobs : "jobs/${name}/2"]
}
