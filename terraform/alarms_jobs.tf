####################################################################################################
# Alarms of jobs
####################################################################################################

locals {
  # Metrics that the look at a model's jobs keeps, and what it means if one is above its threshold. `for_minutes` is how long
  # it must be so.
  _job_beats = {
    "jobs-refused" = {
      metric      = "JobsRefused" # of the job that was refused most often, how often in a row
      threshold   = 1
      for_minutes = 5
      means       = "has a job that was refused twice in a row: by the service outside, or since that cannot be reached. Its images wait; it is tried again, 40 minutes apart at the most. See the reason in `dayshift jobs`."
    }
    "job-not-stopping" = {
      metric      = "JobNotStoppingMinutes" # of the one that is asked to end since the longest time
      threshold   = 20
      for_minutes = 5
      means       = "has a job that is asked to end since twenty minutes, and that may still be paid. It is asked again at every look; end it by hand at the service. See `dayshift jobs`."
    }
    "oldest-job" = {
      metric      = "OldestJobMinutes" # since its first image was taken
      threshold   = null
      for_minutes = 15
      means       = "has a job that should long have been over. Its images are failed after 14 days. See the reason in `dayshift jobs`."
    }
  }

  # A day; but a holiday weekend and a day where jobs begin in hours alone.
  _old_job_minutes = { for name in local.jobs : name => 1440 * (var.models[name].power == "office_hours" ? 5 : 1) }

  _job_alarms = merge([
    for model in local.jobs : {
      for name, beat in local._job_beats : "${model}-${name}" => merge(beat, { model = model, threshold = coalesce(beat.threshold, local._old_job_minutes[model]) })
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "jobs" {
  for_each = local._job_alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "The model ${each.value.model} ${each.value.means}"
  namespace           = "Dayshift"
  metric_name         = each.value.metric
  dimensions          = { model = each.value.model, service = module.models[each.value.model].jobs.name }
  statistic           = "Minimum" # so it is above the threshold all the while
  period              = each.value.for_minutes * 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "ignore" # one lost look ends no alarm; silence has one of its own
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_cloudwatch_metric_alarm" "jobs_silent" {
  for_each = toset(local.jobs)

  alarm_name          = "${local.prefix}-${each.key}-jobs-silent"
  alarm_description   = "No look at the jobs of ${each.key} for ${max(15, 3 * var.tick_minutes)} minutes: nobody follows them or ends them but their own deadline. Look at the schedule ${each.key}-jobs and at the failed events."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = module.models[each.key].jobs.name }
  statistic           = "Sum"
  period              = max(15, 3 * var.tick_minutes) * 60
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}
