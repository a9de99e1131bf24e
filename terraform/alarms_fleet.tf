####################################################################################################
# Alarms of fleets
####################################################################################################

# Half an hour of fewer machines than are wanted: no Spot to be had, a quota, a subnet without addresses. What is wrong on the
# machines themselves shows as a model that is late, and in their log.
resource "aws_cloudwatch_metric_alarm" "short_of_workers" {
  for_each = toset(local.fleets)

  alarm_name          = "${local.prefix}-${each.key}-short-of-workers"
  alarm_description   = "The model ${each.key} wants more workers than it gets, since half an hour. What it has goes on reading. See `dayshift status` and the group's activities."
  evaluation_periods  = 6
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "ignore" # one lost tick ends no alarm; silence has one of its own
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics

  metric_query {
    id          = "missing"
    label       = "Workers that are missing"
    expression  = "wanted - there"
    return_data = true
  }

  dynamic "metric_query" {
    # So that it is above 0 all the while.
    for_each = { wanted = { metric = "WantedWorkers", stat = "Minimum" }, there = { metric = "Workers", stat = "Maximum" } }

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = "Dayshift"
        metric_name = metric_query.value.metric
        dimensions  = { model = each.key, service = module.power["reconcile"].name }
        stat        = metric_query.value.stat
        period      = 300
      }
    }
  }
}
