####################################################################################################
# Queue
####################################################################################################

# Every resource of a queue costs 25 seconds, which the provider waits to see it settle. So the policies are written
# inside the queues; and as they name their own queue, or a later one, its ARN is put together from its parts.

resource "aws_sqs_queue" "main" {
  name                       = local._queue
  message_retention_seconds  = local.retention_seconds
  visibility_timeout_seconds = local.visibility_seconds
  sqs_managed_sse_enabled    = var.kms_key == null ? true : null
  kms_master_key_id          = var.kms_key == null ? null : var.kms_key.arn
  policy                     = jsonencode(local._tls_only[local._queue])
  tags                       = local.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = local.maximum_receive_count
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = local._dlq
  message_retention_seconds = local.retention_seconds
  sqs_managed_sse_enabled   = var.kms_key == null ? true : null
  kms_master_key_id         = var.kms_key == null ? null : var.kms_key.arn
  policy                    = jsonencode(local._tls_only[local._dlq])
  tags                      = local.tags

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local._queue_arns[local._queue]]
  })
}

locals {
  # Fourteen days, the most there is: a model may sleep through the holidays.
  retention_seconds = 1209600

  # Waiting is counted as receiving, so the count must outlast a day of throttling, not three hiccups.
  maximum_receive_count = 20

  # Of a function six runs (AWS, "Configuring a queue to use with Lambda"). A worker asks for more every third of it, so that
  # what a lost one had in its hands is soon another's.
  visibility_seconds = local.is_fleet ? 120 : 6 * local.timeout_seconds

  _queue = "${var.prefix}-${var.name}-queue"
  _dlq   = "${var.prefix}-${var.name}-dlq"

  _queue_arns = {
    for name in [local._queue, local._dlq] :
    name => "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}:${name}"
  }

  _tls_only = {
    for name, arn in local._queue_arns : name => {
      Version = "2012-10-17"
      Statement = [{
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }]
    }
  }
}
