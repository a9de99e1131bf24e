####################################################################################################
# Alarms of the API
####################################################################################################

resource "aws_cloudwatch_metric_alarm" "api_failing" {
  count = local.has_api ? 1 : 0

  alarm_name          = "${local.prefix}-api-failing"
  alarm_description   = "The API answered 5xx in two of three periods of five minutes: an error of its own, or something around it is down. Read the log of ${module.api[0].name}; images that were taken are safe."
  namespace           = "AWS/ApiGateway"
  metric_name         = "5xx"
  dimensions          = { ApiId = aws_apigatewayv2_api.main[0].id, Stage = aws_apigatewayv2_stage.api[0].name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching" # nobody called
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

resource "aws_cloudwatch_metric_alarm" "api_throttled" {
  count = local.has_api ? 1 : 0

  alarm_name          = "${local.prefix}-api-throttled"
  alarm_description   = "For a quarter of an hour callers were turned away with 429: more come than api.requests_per_second, or one has used up api.images_a_day. See who, in the log ${aws_cloudwatch_log_group.api[0].name}."
  namespace           = "Dayshift"
  metric_name         = aws_cloudwatch_log_metric_filter.api_throttled[0].metric_transformation[0].name
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10 # a client that tries again after its Retry-After is no trouble
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topics
  ok_actions          = local.alarm_topics
}

# HTTP APIs count no throttling of their own; only their log tells.
resource "aws_cloudwatch_log_metric_filter" "api_throttled" {
  count = local.has_api ? 1 : 0

  name           = "throttled"
  log_group_name = aws_cloudwatch_log_group.api[0].name
  pattern        = "{ $.status = \"429\" }"

  metric_transformation {
    namespace = "Dayshift"
    name      = "ApiThrottled-${local.prefix}" # a dimension would have to be a field of the log
    value     = "1"
  }
}
