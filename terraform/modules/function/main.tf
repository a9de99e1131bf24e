####################################################################################################
# Function
####################################################################################################

resource "aws_lambda_function" "main" {
  #checkov:skip=CKV_AWS_117:Calls public AWS APIs only; a VPC would cost gateways while idle and hold nothing private.
  #checkov:skip=CKV_AWS_116:Functions that are invoked asynchronously have one, but for ticks, whose next does the same; a labeler polls, and its queue has its own.
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.main.arn
  handler                        = var.handler
  filename                       = var.settings.package_file
  source_code_hash               = filebase64sha256(var.settings.package_file)
  runtime                        = var.settings.runtime
  architectures                  = [var.settings.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.kms_key == null ? null : var.kms_key.arn
  code_signing_config_arn        = var.settings.code_signing_config_arn
  tags                           = var.tags

  environment {
    variables = merge(var.environment, {
      POWERTOOLS_SERVICE_NAME      = var.name
      POWERTOOLS_METRICS_NAMESPACE = "Dayshift"
      POWERTOOLS_LOG_LEVEL         = var.settings.log_level
    })
  }

  tracing_config {
    mode = var.settings.enable_tracing ? "Active" : "PassThrough"
  }

  dynamic "dead_letter_config" {
    for_each = var.failed_events[*]

    content {
      target_arn = dead_letter_config.value.queue_arn
    }
  }

  # The log first, or Lambda makes one that is kept for ever; the policy first, since Lambda tries the dead-letter queue.
  depends_on = [aws_cloudwatch_log_group.main, aws_iam_role_policy.main]
}

resource "aws_lambda_function_event_invoke_config" "main" {
  count = var.failed_events == null && var.retries == null ? 0 : 1

  function_name                = aws_lambda_function.main.function_name
  maximum_event_age_in_seconds = try(var.retries.age_seconds, 21600) # six hours, the most there is: a throttled account delays, it does not lose
  maximum_retry_attempts       = try(var.retries.attempts, 2)
}

####################################################################################################
# Log
####################################################################################################

resource "aws_cloudwatch_log_group" "main" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.settings.log_retention_days
  kms_key_id        = var.kms_key == null ? null : var.kms_key.arn
  tags              = var.tags
}
