# Who is told what: the alarms of powered models, the topic and the dashboard.

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
    logos = {
      family = "custom_labels"
      prefix = "logos/"
      target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      power  = "on_deadline"
    }
  }
}

run "a_powered_model_has_an_alarm_for_each_way_to_cost_or_to_disappoint" {
  assert {
    condition = jsonencode({
      for name, alarm in aws_cloudwatch_metric_alarm.heartbeat : name => [alarm.metric_name, alarm.threshold, alarm.period * alarm.evaluation_periods]
      }) == jsonencode({
      "logos-hours-exceeded" = ["HoursExceeded", 0, 300]
      "logos-late"           = ["LateMinutes", 10, 300]
      "logos-overdue"        = ["OverdueMinutes", 0, 900]
      "logos-start-failed"   = ["StartFailures", 1, 300]
      "logos-still-on"       = ["OverrunMinutes", 20, 300]
      "logos-unmanageable"   = ["Unmanageable", 0, 300]
    })
    error_message = "got ${jsonencode(aws_cloudwatch_metric_alarm.heartbeat)}"
  }
}

run "the_alarms_look_where_reconcile_writes" {
  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.heartbeat :
      alarm.namespace == module.power["reconcile"].contract.environment.POWERTOOLS_METRICS_NAMESPACE &&
      alarm.comparison_operator == "GreaterThanThreshold" &&
      alarm.dimensions == tomap({ model = "logos", service = module.power["reconcile"].contract.environment.POWERTOOLS_SERVICE_NAME })
    ])
    error_message = "got ${jsonencode(aws_cloudwatch_metric_alarm.heartbeat)}"
  }
}

run "a_reconcile_that_is_silent_for_a_quarter_of_an_hour_rings" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.reconcile_silent[0].treat_missing_data == "breaching" &&
      aws_cloudwatch_metric_alarm.reconcile_silent[0].metric_name == "Invocations" &&
      aws_cloudwatch_metric_alarm.reconcile_silent[0].period * aws_cloudwatch_metric_alarm.reconcile_silent[0].evaluation_periods == 900
    )
    error_message = "wanted 900 s of silence to breach, got ${jsonencode(aws_cloudwatch_metric_alarm.reconcile_silent[0])}"
  }

  assert {
    condition     = length(setintersection(keys(aws_cloudwatch_metric_alarm.errors), ["start", "stop", "reconcile"])) == 3
    error_message = "wanted start, stop and reconcile, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.errors))}"
  }
}

run "a_slow_tick_is_given_the_time_for_three" {
  variables {
    tick_minutes = 15
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.reconcile_silent[0].period >= 45 * 60
    error_message = "wanted 45 minutes, got ${aws_cloudwatch_metric_alarm.reconcile_silent[0].period} s"
  }
}

run "without_addresses_there_is_no_topic_of_ours" {
  assert {
    condition     = length(aws_sns_topic.alarms) == 0
    error_message = "wanted none, got ${length(aws_sns_topic.alarms)}"
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.heartbeat), aws_cloudwatch_metric_alarm.reconcile_silent, values(aws_cloudwatch_metric_alarm.not_empty)) :
      join(",", alarm.alarm_actions) == "arn:aws:sns:eu-west-1:123456789012:on-call" && join(",", alarm.ok_actions) == "arn:aws:sns:eu-west-1:123456789012:on-call"
    ])
    error_message = "wanted on-call alone, got ${jsonencode(values(aws_cloudwatch_metric_alarm.heartbeat)[*].alarm_actions)}"
  }
}

run "addresses_are_told_by_an_encrypted_topic_that_only_our_alarms_may_use" {
  variables {
    kms_key      = { create = true }
    alarm_emails = ["on-call@example.com"]
  }

  assert {
    condition = (
      aws_sns_topic.alarms[0].kms_master_key_id == aws_kms_key.main[0].arn &&
      aws_sns_topic_subscription.email["on-call@example.com"].protocol == "email" &&
      jsonencode([for statement in jsondecode(aws_sns_topic_policy.alarms[0].policy).Statement : [statement.Effect, statement.Principal, statement.Condition]]) == jsonencode([
        ["Allow", { Service = "cloudwatch.amazonaws.com" }, { StringEquals = { "aws:SourceAccount" = "123456789012" } }],
        ["Deny", "*", { Bool = { "aws:SecureTransport" = "false" } }],
      ])
    )
    error_message = "got ${jsonencode(aws_sns_topic.alarms)} and ${aws_sns_topic_policy.alarms[0].policy}"
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.heartbeat), values(aws_cloudwatch_metric_alarm.errors)) :
      contains(alarm.alarm_actions, aws_sns_topic.alarms[0].arn) && contains(alarm.ok_actions, aws_sns_topic.alarms[0].arn)
    ])
    error_message = "wanted the topic beside on-call, got ${jsonencode(values(aws_cloudwatch_metric_alarm.heartbeat)[*].alarm_actions)}"
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_kms_key.main[0].policy).Statement : [statement.Action, statement.Condition]
      if try(statement.Principal.Service, "") == "cloudwatch.amazonaws.com"
    ]) == jsonencode([[["kms:Decrypt", "kms:GenerateDataKey*"], { StringEquals = { "aws:SourceAccount" = "123456789012" } }]])
    error_message = "wanted CloudWatch to use the key for alarms of our account, got ${aws_kms_key.main[0].policy}"
  }
}

run "the_dashboard_shows_each_model_and_overlaps_nothing" {
  assert {
    condition = alltrue([
      for metric in ["Running", "Desired", "RanMinutesToday", "CostTodayUsd", "Backlog", "InFlight", "OldestWaitingMinutes", "OverdueMinutes", "LateMinutes", "ImagesOk", "ImagesFailed"] :
      contains(flatten([
        for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets :
        [for line in try(widget.properties.metrics, []) : line[1] if line[2] == "model" && line[3] == "logos"]
      ]), metric)
    ])
    error_message = "got ${aws_cloudwatch_dashboard.main[0].dashboard_body}"
  }

  assert {
    # Each place of the grid is one widget's.
    condition = length(flatten([
      for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets : [
        for place in setproduct(range(widget.x, widget.x + widget.width), range(widget.y, widget.y + widget.height)) : "${place[0]} ${place[1]}"
      ]
      ])) == length(distinct(flatten([
        for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets : [
          for place in setproduct(range(widget.x, widget.x + widget.width), range(widget.y, widget.y + widget.height)) : "${place[0]} ${place[1]}"
        ]
    ])))
    error_message = "wanted no overlap, got ${jsonencode([for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets : [widget.x, widget.y, widget.width, widget.height]])}"
  }

  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets : widget.x + widget.width <= 24])
    error_message = "wanted 24 columns at the most, got ${aws_cloudwatch_dashboard.main[0].dashboard_body}"
  }

  assert {
    condition = contains([
      for widget in jsondecode(aws_cloudwatch_dashboard.main[0].dashboard_body).widgets : length(try(widget.properties.alarms, [])) if widget.type == "alarm"
    ], length(aws_cloudwatch_metric_alarm.heartbeat) + length(aws_cloudwatch_metric_alarm.not_empty) + length(aws_cloudwatch_metric_alarm.errors) + 2)
    error_message = "wanted all alarms, got ${aws_cloudwatch_dashboard.main[0].dashboard_body}"
  }
}
