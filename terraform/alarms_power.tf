####################################################################################################
# Alarms of power
####################################################################################################

locals {
  # Metrics that reconcile keeps of each powered model, and what it means if one is above its threshold. `for_minutes` is
  # how long it must be so.
  _heartbeats = {
    "late" = {
      metric      = "LateMinutes"
      threshold   = 10
      for_minutes = 5
      means       = "should be open since ten minutes, counted after its warm-up, and is not. Images wait, none is lost. See `dayshift status`."
    }
    "still-on" = {
      metric      = "OverrunMinutes"
      threshold   = 20
      for_minutes = 5
      means       = "should be off since twenty minutes and is still paid. See `dayshift status`; stop it in the console if the backstop does not."
    }
    "overdue" = {
      metric      = "OverdueMinutes"
      threshold   = 0
      for_minutes = 15
      means       = "has images whose results are later than promised. See `dayshift status` for the reason."
    }
    "start-failed" = {
      metric      = "StartFailures"
      threshold   = 1
      for_minutes = 5
      means       = "FAILED to start twice in a row. It is tried again, 40 minutes apart at the most."
    }
    "hours-exceeded" = {
      metric      = "HoursExceeded"
      threshold   = 0
      for_minutes = 5
      means       = "ran as long as it may on one day and is kept off until midnight. `dayshift on` overrides that."
    }
    "unmanageable" = {
      metric      = "Unmanageable"
      threshold   = 0
      for_minutes = 5
      means       = "cannot be started or stopped: deleted, expired, or another deployment's, or its event source mapping is missing. See `dayshift status`."
    }
  }

  _heartbeat_alarms = merge([
    for model in local.powered : { for name, beat in local._heartbeats : "${model}-${name}" => merge(beat, { model = model }) }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "heartbeat" {
  for_each = local._heartbeat_alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "The model ${each.value.model} ${each.value.means}"
  namespace           = "Dayshift"
  metric_name         = each.value.metric
  dimensions          = { model = each.value.model, service = module.power["reconcile"].name }
  statistic           = "Minimum" # so it is above the threshold all the while
  period              = each.value.for_minutes * 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "ignore" # one lost tick ends no alarm; silence has one of its own
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_cloudwatch_metric_alarm" "reconcile_silent" {
  count = local.is_powered ? 1 : 0

  alarm_name          = "${local.prefix}-reconcile-silent"
  alarm_description   = "No reconcile for ${max(15, 3 * var.tick_minutes)} minutes: nobody starts or stops the models but the backstop. Look at the schedule ${local.prefix}-tick and at the failed events."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = module.power["reconcile"].name }
  statistic           = "Sum"
  period              = max(15, 3 * var.tick_minutes) * 60
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

####################################################################################################
# Topic
####################################################################################################

resource "aws_sns_topic" "alarms" {
  count = length(var.alarm_emails) > 0 ? 1 : 0

  name              = "${local.prefix}-alarms"
  kms_master_key_id = local.kms_key.arn # CloudWatch may not use AWS's own key, so var.alarm_emails asks for one
}

resource "aws_sns_topic_policy" "alarms" {
  count = length(var.alarm_emails) > 0 ? 1 : 0

  arn = aws_sns_topic.alarms[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OurAlarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account.id } }
      },
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  alarm_topics = concat(var.alarm_topic_arns, aws_sns_topic.alarms[*].arn)
}
