####################################################################################################
# Functions
####################################################################################################

module "producer" {
  source = "./modules/function"

  name                 = "${local.prefix}-producer"
  description          = "New images become messages in the queue of their model."
  handler              = "dayshift.handlers.producer.handle"
  memory_mb            = var.memory_mb.producer
  reserved_concurrency = var.reserved_concurrency.producer
  timeout_seconds      = 30
  settings             = local.function_settings
  kms_key              = local.kms_key
  failed_events        = { queue_arn = aws_sqs_queue.failed_events.arn }

  environment = {
    IMAGES_BUCKET      = module.images.name
    ROUTES             = local.routes
    ARCHIVES_QUEUE_URL = aws_sqs_queue.archives.url
  }

  statements = [
    {
      sid       = "Enqueue"
      actions   = ["sqs:SendMessage"]
      resources = concat([for model in module.models : model.queue_arn], [aws_sqs_queue.archives.arn])
    },
  ]
}

module "sweep" {
  source = "./modules/function"

  name                 = "${local.prefix}-sweep"
  description          = "Images without a result are enqueued again."
  handler              = "dayshift.handlers.sweep.handle"
  memory_mb            = var.memory_mb.sweep
  reserved_concurrency = var.reserved_concurrency.sweep
  timeout_seconds      = 900
  settings             = local.function_settings
  kms_key              = local.kms_key
  failed_events        = { queue_arn = aws_sqs_queue.failed_events.arn }

  environment = {
    IMAGES_BUCKET       = module.images.name
    RESULTS_BUCKET      = module.results.name
    ROUTES              = local.routes
    ARCHIVES_QUEUE_URL  = aws_sqs_queue.archives.url
    SWEEP_AFTER_MINUTES = tostring(var.sweep_after_minutes)
  }

  statements = [
    {
      sid       = "ListImages"
      actions   = ["s3:ListBucketVersions"]
      resources = [module.images.arn]
      condition = { StringLike = { "s3:prefix" = ["${local.incoming}*", "${local.expanded}*"] } }
    },
    {
      # No condition on the prefix: it is not part of a read, and without ListBucket a missing object reads as 403.
      sid       = "ListResults"
      actions   = ["s3:ListBucket"]
      resources = [module.results.arn]
    },
    {
      sid       = "ReadRecordsManifestsAndLedger" # and the books of jobs, whose images wait for nothing
      actions   = ["s3:GetObject"]
      resources = [for root in compact(["results", "archives", "_ledger", length(local.jobs) > 0 ? "jobs" : ""]) : "${module.results.arn}/${root}/*"]
    },
    {
      sid       = "WriteRecordsAndLedger"
      actions   = ["s3:PutObject"]
      resources = [for root in ["results", "csv", "_ledger"] : "${module.results.arn}/${root}/*"]
    },
    {
      sid       = "Enqueue"
      actions   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
      resources = concat([for model in module.models : model.queue_arn], [aws_sqs_queue.archives.arn])
    },
  ]
}

# Events that the producer or the sweep could not take, and schedules that reached nobody. The sweep heals what they
# announced; the queue is for the people who look for the cause.
resource "aws_sqs_queue" "failed_events" {
  name                       = local._failed_events
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 60
  sqs_managed_sse_enabled    = local.kms_key == null ? true : null
  kms_master_key_id          = local.kms_key == null ? null : local.kms_key.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:${local.account.partition}:sqs:${local.account.region}:${local.account.id}:${local._failed_events}"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

locals {
  _failed_events = "${local.prefix}-failed-events"
}
