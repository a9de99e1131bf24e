####################################################################################################
# Archives
####################################################################################################

# A zip under a model's prefix waits in one queue for all models, and one function puts its images where their model reads
# them. Nothing that is written under expanded/ is announced (buckets.tf), so nothing here can start itself again.

module "expander" {
  source = "./modules/function"

  name                 = "${local.prefix}-expander"
  description          = "Archives become images of their model, and have a result of their own."
  handler              = "dayshift.handlers.expander.handle"
  memory_mb            = var.memory_mb.expander
  reserved_concurrency = var.reserved_concurrency.expander
  timeout_seconds      = 900
  settings             = local.function_settings
  kms_key              = local.kms_key

  environment = {
    IMAGES_BUCKET     = module.images.name
    RESULTS_BUCKET    = module.results.name
    ROUTES            = local.routes
    QUEUE_URL         = aws_sqs_queue.archives.url
    MAX_RECEIVE_COUNT = tostring(local._archive_receives)
  }

  # It reads what was uploaded and writes beside it, never over it; it starts, stops and deletes nothing.
  statements = [
    {
      sid       = "TakeMessages"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
      resources = [aws_sqs_queue.archives.arn]
    },
    {
      sid       = "ReadArchives"
      actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      resources = ["${module.images.arn}/${local.incoming}*"]
    },
    {
      sid       = "WriteImages" # and find which version an image has that was written before
      actions   = ["s3:PutObject", "s3:GetObject"]
      resources = ["${module.images.arn}/${local.expanded}*"]
    },
    {
      # Without these a missing object, or version, reads as 403. No condition on the prefix: a read has none.
      sid       = "TellMissingFromForbidden"
      actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
      resources = [module.images.arn]
    },
    {
      sid       = "TellMissingRecords"
      actions   = ["s3:ListBucket"]
      resources = [module.results.arn]
    },
    {
      sid       = "ReadRecordsAndManifests"
      actions   = ["s3:GetObject"]
      resources = [for root in ["results", "archives"] : "${module.results.arn}/${root}/*"]
    },
    {
      sid       = "WriteRecordsAndManifests"
      actions   = ["s3:PutObject"]
      resources = [for root in ["results", "csv", "archives"] : "${module.results.arn}/${root}/*"]
    },
    {
      sid       = "Enqueue"
      actions   = ["sqs:SendMessage"]
      resources = [for model in module.models : model.queue_arn]
    },
  ]
}

resource "aws_lambda_event_source_mapping" "archives" {
  function_name           = module.expander.arn
  event_source_arn        = aws_sqs_queue.archives.arn
  enabled                 = true # whether models run or not: their queues are where images wait
  batch_size              = 1    # a run is one archive's
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 4 # of the account's runs at once, of which a new one has ten; one archive waits for a model as well as four
  }

  depends_on = [module.expander] # its policy too: Lambda tries the queue when the mapping is made
}

resource "aws_sqs_queue" "archives" {
  name                       = local._archives
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 5400 # six runs of the expander (AWS, "Configuring a queue to use with Lambda")
  sqs_managed_sse_enabled    = local.kms_key == null ? true : null
  kms_master_key_id          = local.kms_key == null ? null : local.kms_key.arn
  policy                     = jsonencode(local._archives_tls_only[local._archives])

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_archives.arn
    maxReceiveCount     = local._archive_receives
  })
}

resource "aws_sqs_queue" "dead_archives" {
  name                      = local._dead_archives
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = local.kms_key == null ? true : null
  kms_master_key_id         = local.kms_key == null ? null : local.kms_key.arn
  policy                    = jsonencode(local._archives_tls_only[local._dead_archives])

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local._archives_arns[local._archives]]
  })
}

locals {
  expanded = "expanded/" # outside of incoming/

  # As for images: waiting is counted as receiving, so the count must outlast a day of throttling.
  _archive_receives = 20

  # No model's queue is called so, whatever the model's name: theirs end in -queue and -dlq.
  _archives      = "${local.prefix}-archives"
  _dead_archives = "${local.prefix}-dead-archives"

  _archives_arns = {
    for name in [local._archives, local._dead_archives] :
    name => "arn:${local.account.partition}:sqs:${local.account.region}:${local.account.id}:${name}"
  }

  _archives_tls_only = {
    for name, arn in local._archives_arns : name => {
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
