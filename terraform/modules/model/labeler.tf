####################################################################################################
# Labeler
####################################################################################################

module "labeler" {
  source = "../function"
  count  = local.has_labeler ? 1 : 0

  name                 = "${var.prefix}-${var.name}-labeler"
  description          = "Reads the images of model ${var.name} and writes their results."
  handler              = "dayshift.handlers.labeler.handle"
  memory_mb            = var.memory_mb
  timeout_seconds      = local.timeout_seconds
  reserved_concurrency = var.model.reserved_concurrency
  settings             = var.settings
  kms_key              = var.kms_key
  statements           = local.labeler_statements
  tags                 = local.tags
  environment          = local.reader_environment
}

resource "aws_lambda_event_source_mapping" "queue" {
  count = local.has_labeler ? 1 : 0

  function_name           = module.labeler[0].arn
  event_source_arn        = aws_sqs_queue.main.arn
  enabled                 = local.family.always_there && !local.is_powered # else it is opened when the model runs
  batch_size              = var.model.batch_size
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = local.tags

  scaling_config {
    maximum_concurrency = var.model.maximum_concurrency
  }

  lifecycle {
    # The running system owns it: it opens the mapping when the model runs. The provider would undo that at every apply.
    ignore_changes       = [enabled]
    replace_triggered_by = [terraform_data.is_powered]
  }

  depends_on = [module.labeler] # its policy too: Lambda tries the queue when the mapping is made
}

locals {
  has_labeler     = !local.is_fleet && !local.is_job
  timeout_seconds = local.is_job ? 300 : 60
  tags            = { Model = var.name }

  # What reads the queue is told this, be it a labeler, a worker or the function of jobs.
  reader_environment = {
    IMAGES_BUCKET     = var.images_bucket.name
    RESULTS_BUCKET    = var.results_bucket.name
    QUEUE_URL         = aws_sqs_queue.main.url
    MAX_RECEIVE_COUNT = tostring(local.maximum_receive_count)
    MODEL = jsonencode({
      name    = var.name
      family  = var.model.family
      target  = local.target
      prefix  = var.model.prefix
      options = local.family.options
    })
  }
}

# Since there are families without: in a deployment from before, the same labeler and mapping.
moved {
  from = module.labeler
  to   = module.labeler[0]
}

moved {
  from = aws_lambda_event_source_mapping.queue
  to   = aws_lambda_event_source_mapping.queue[0]
}

# A model that is no longer powered gets a mapping that is open again, and the other way round.
resource "terraform_data" "is_powered" {
  input = local.is_powered
}
