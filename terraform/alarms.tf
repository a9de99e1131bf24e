####################################################################################################
# Alarms
####################################################################################################

locals {
  # Queues in which nothing should ever lie, and what it means if something does.
  _queues_to_be_empty = merge(
    {
      "failed-events" = {
        queue = aws_sqs_queue.failed_events.name
        means = "The producer or the sweep failed for good on these events. The sweep finds their images; look for the cause."
      }
      "dead-archives" = {
        queue = aws_sqs_queue.dead_archives.name
        means = "Archives could neither be expanded nor marked as failed. Mend the cause, then `dayshift redrive --archives`."
      }
    },
    {
      for name, model in module.models : "${name}-dlq" => {
        queue = model.dlq_name
        means = "Images of ${name} could neither be labeled nor marked as failed. Mend the cause, then `dayshift redrive`."
      }
    },
  )

  _functions = merge(
    { producer = module.producer.name, expander = module.expander.name, sweep = module.sweep.name },
    { for name, model in module.models : "${name}-labeler" => model.labeler_name if !contains(concat(local.fleets, local.jobs), name) },
    { for name in local.jobs : "${name}-jobs" => module.models[name].jobs.name },
    { for role, function in module.power : role => function.name },
    { for function in module.api : "api" => function.name },
  )
}

resource "aws_cloudwatch_metric_alarm" "not_empty" {
  for_each = local._queues_to_be_empty

  alarm_name          = "${local.prefix}-${each.key}-not-empty"
  alarm_description   = each.value.means
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching" # SQS sends nothing for a queue that nobody used for six hours
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local._functions

  alarm_name          = "${local.prefix}-${each.key}-errors"
  alarm_description   = "${each.value} raised, and not just once. Nothing is lost: messages wait and the sweep repeats. Read its log."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = contains(["sweep", "start", "stop"], each.key) ? 1 : 3 # these run so seldom that their errors are never neighbours
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_cloudwatch_metric_alarm" "sweep_silent" {
  alarm_name          = "${local.prefix}-sweep-silent"
  alarm_description   = "No sweep for three hours: a lost event would not be noticed. Look at the schedule and the failed events."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = module.sweep.name }
  statistic           = "Sum"
  period              = 10800
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}
