####################################################################################################
# Schedules
####################################################################################################

resource "aws_scheduler_schedule_group" "main" {
  name = local.prefix
}

resource "aws_scheduler_schedule" "sweep" {
  name                = "${local.prefix}-sweep"
  description         = "Every hour: images without a result are enqueued again."
  group_name          = aws_scheduler_schedule_group.main.name
  schedule_expression = "rate(1 hour)"
  kms_key_arn         = local.kms_key == null ? null : local.kms_key.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = module.sweep.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({})

    retry_policy {
      maximum_event_age_in_seconds = 900 # a later one would only meet the next
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = aws_sqs_queue.failed_events.arn
    }
  }

  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_scheduler_schedule" "tick" {
  count = local.is_powered ? 1 : 0

  name                = "${local.prefix}-tick"
  description         = "Every ${var.tick_minutes} min: each powered model comes one step nearer to what it should be."
  group_name          = aws_scheduler_schedule_group.main.name
  schedule_expression = "rate(${var.tick_minutes} ${var.tick_minutes == 1 ? "minute" : "minutes"})"
  kms_key_arn         = local.kms_key == null ? null : local.kms_key.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = module.power["reconcile"].arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({})

    retry_policy {
      maximum_event_age_in_seconds = 60 # the least; the next tick does the same
      maximum_retry_attempts       = 1
    }

    dead_letter_config {
      arn = aws_sqs_queue.failed_events.arn
    }
  }

  # The others too, so that it is gone before the models are stopped for being destroyed.
  depends_on = [aws_iam_role_policy.scheduler, module.schedules]
}

resource "aws_iam_role" "scheduler" {
  name        = "${local.prefix}-scheduler"
  description = "EventBridge Scheduler, for the schedules of ${local.prefix} alone."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OurSchedules"
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account.id
          "aws:SourceArn"     = aws_scheduler_schedule_group.main.arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "schedules"
  role = aws_iam_role.scheduler.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Invoke"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = concat([module.sweep.arn], values(module.power)[*].arn, [for name in local.jobs : module.models[name].jobs.arn])
        },
        {
          Sid      = "KeepFailedEvents"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = [aws_sqs_queue.failed_events.arn]
        },
      ],
      [
        for key in local.kms_key[*] : {
          Sid      = "UseTheKey"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [key.arn]
        }
      ],
    )
  })
}
