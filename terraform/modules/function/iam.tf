####################################################################################################
# Permissions
####################################################################################################

resource "aws_iam_role" "main" {
  name        = var.name
  description = "Execution role of the function ${var.name}."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Lambda"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "main" {
  name = "function"
  role = aws_iam_role.main.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in concat(local._own_statements, var.statements) : {
        for name, value in {
          Sid       = statement.sid
          Effect    = "Allow"
          Action    = statement.actions
          Resource  = statement.resources
          Condition = try(statement.condition, {})
        } : name => value if name != "Condition" || length(value) > 0
      }
    ]
  })
}

locals {
  _own_statements = concat(
    [
      {
        sid       = "Log" # no CreateLogGroup: the group is ours and has a retention
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["${aws_cloudwatch_log_group.main.arn}:*"]
      },
    ],
    [
      for _ in range(var.settings.enable_tracing ? 1 : 0) : {
        sid       = "Trace"
        actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        resources = ["*"] # X-Ray has no resources to name
      }
    ],
    [
      for queue in var.failed_events[*] : {
        sid       = "KeepFailedEvents"
        actions   = ["sqs:SendMessage"]
        resources = [queue.queue_arn]
      }
    ],
    [
      for key in var.kms_key[*] : {
        sid       = "UseTheKey" # SQS and S3 ask for both, to write and to read
        actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
        resources = [key.arn]
      }
    ],
  )
}
