####################################################################################################
# Dashboard
####################################################################################################

# For the wall: is it on, is it in time, what is done, what does it cost. 3 USD a month.

resource "aws_cloudwatch_dashboard" "main" {
  count = local.is_powered ? 1 : 0

  dashboard_name = local.prefix
  dashboard_body = jsonencode({ widgets = local._widgets })
}

locals {
  _reconcile = local.is_powered ? module.power["reconcile"].name : ""

  # Each graph: what is asked of reconcile's metrics, and of whom. All are of 24 columns in all, so two or three a row.
  _graphs = [
    { title = "On (1) and wished to be on (1)", metrics = ["Running", "Desired"], stat = "Maximum", period = 60, x = 0, y = 0, width = 16 },
    { title = "Minutes on today", metrics = ["RanMinutesToday"], stat = "Maximum", period = 300, x = 16, y = 0, width = 8 },
    { title = "Waiting and being read", metrics = ["Backlog", "InFlight"], stat = "Maximum", period = 60, x = 0, y = 6, width = 12 },
    { title = "Minutes: the oldest image waits, is later than promised, the model is late", metrics = ["OldestWaitingMinutes", "OverdueMinutes", "LateMinutes"], stat = "Maximum", period = 60, x = 12, y = 6, width = 12 },
    { title = "Cost today in USD", metrics = ["CostTodayUsd"], stat = "Maximum", period = 300, x = 16, y = 12, width = 8 },
  ]

  _fleet_graphs = [
    { title = "Workers, and how many are wanted", metrics = ["Workers", "WantedWorkers"], stat = "Maximum", period = 60, x = 0, y = 21, width = 24 },
  ]

  # What concerns power first.
  _alarm_arns = concat(
    aws_cloudwatch_metric_alarm.reconcile_silent[*].arn, values(aws_cloudwatch_metric_alarm.heartbeat)[*].arn,
    values(aws_cloudwatch_metric_alarm.short_of_workers)[*].arn, values(aws_cloudwatch_metric_alarm.jobs)[*].arn,
    values(aws_cloudwatch_metric_alarm.jobs_silent)[*].arn, values(aws_cloudwatch_metric_alarm.not_empty)[*].arn,
    values(aws_cloudwatch_metric_alarm.errors)[*].arn,
    [aws_cloudwatch_metric_alarm.sweep_silent.arn],
  )

  _widgets = concat(
    [
      for graph in concat(
        [for graph in local._graphs : merge(graph, { models = local.powered })],
        [for graph in local._fleet_graphs : merge(graph, { models = local.fleets }) if local.has_fleet],
        ) : {
        type   = "metric"
        x      = graph.x
        y      = graph.y
        width  = graph.width
        height = 6
        properties = {
          title  = graph.title
          region = var.region
          view   = "timeSeries"
          stat   = graph.stat
          period = graph.period
          yAxis  = { left = { min = 0 } }
          metrics = concat([], [
            for metric in graph.metrics : [
              for model in graph.models : ["Dayshift", metric, "model", model, "service", local._reconcile, { label = "${model} ${metric}" }]
            ]
          ]...)
        }
      }
    ],
    [
      {
        type   = "metric"
        x      = 0
        y      = 12
        width  = 16
        height = 6
        properties = {
          title   = "Images an hour, by result"
          region  = var.region
          view    = "timeSeries"
          stacked = true
          stat    = "Sum"
          period  = 3600
          metrics = concat([], [
            for model in local.powered : [
              for result in ["Ok", "None", "Rejected", "Gone", "Failed"] :
              ["Dayshift", "Images${result}", "model", model, "service", module.models[model].service, { label = "${model} ${lower(result)}" }]
            ]
          ]...)
        }
      },
      {
        type   = "alarm"
        x      = 0
        y      = 18
        width  = 24
        height = 3
        properties = {
          title  = "Alarms"
          alarms = slice(local._alarm_arns, 0, min(100, length(local._alarm_arns))) # no widget has more
        }
      },
    ],
  )
}
