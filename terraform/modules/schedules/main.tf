####################################################################################################
# Opening and closing
####################################################################################################

# Of one powered model. The edges only hurry what the tick would do within a minute, and the backstop needs none of our code.

resource "aws_scheduler_schedule" "edge" {
  for_each = local._edges

  name                         = "${var.name}-${each.key}"
  description                  = each.value.description
  group_name                   = var.group
  schedule_expression          = each.value.cron
  schedule_expression_timezone = var.window.timezone
  kms_key_arn                  = var.kms_key == null ? null : var.kms_key.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = each.value.function_arn
    role_arn = var.scheduler_role_arn
    input    = jsonencode({ model = var.name })

    retry_policy {
      maximum_event_age_in_seconds = 900 # a start of the morning must not arrive in the evening
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = var.failed_events_arn
    }
  }

  depends_on = [aws_lambda_invocation.stop_before_destroy] # so that no schedule fires any more when that stops the model
}

resource "aws_scheduler_schedule" "backstop" {
  for_each = local._backstops

  name                         = "${var.name}-${each.key}"
  description                  = "Stops ${var.name} ${var.window.backstop_minutes} minutes after closing, whatever became of our functions."
  group_name                   = var.group
  schedule_expression          = each.value
  schedule_expression_timezone = var.window.timezone
  kms_key_arn                  = var.kms_key == null ? null : var.kms_key.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = one(var.backstops).operation
    role_arn = var.backstop_role_arn
    input    = one(var.backstops).input

    # On every ordinary night the model is off already, and the service refuses to stop it again: no failure to keep. Five
    # minutes of trying must not reach into the next warm-up.
    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 5
    }
  }

  depends_on = [aws_lambda_invocation.stop_before_destroy]
}

locals {
  _backstops = length(var.backstops) > 0 ? { for key, cron in var.window.backstops : "backstop-${key}" => cron } : {}

  _edges = merge(
    { for key, cron in var.window.starts : "start-${key}" => {
      cron         = cron
      function_arn = var.functions.start.arn
      description  = "Starts ${var.name}, its warm-up before the opening."
    } },
    { for key, cron in var.window.starts : "sweep-${key}" => {
      cron         = cron
      function_arn = var.functions.sweep.arn
      description  = "Before the opening: images of ${var.name} without a result are enqueued again."
    } },
    { for key, cron in var.window.stops : "stop-${key}" => {
      cron         = cron
      function_arn = var.functions.stop.arn
      description  = "Closes and stops ${var.name}."
    } },
  )
}

####################################################################################################
# Destroy
####################################################################################################

# Asked for nothing while it is made. Before it goes, and so before function, parameters and mapping do, the function stops
# the model and keeps it off. Another target is another model: the old one is stopped too. So is an endpoint before the
# configuration goes that it was made from.
resource "aws_lambda_invocation" "stop_before_destroy" {
  function_name   = var.functions.stop.name
  lifecycle_scope = "CRUD"
  input           = jsonencode({ model = var.name })

  lifecycle {
    replace_triggered_by = [terraform_data.target]
  }
}

resource "terraform_data" "target" {
  input = var.identity
}
