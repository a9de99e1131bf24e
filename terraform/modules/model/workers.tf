####################################################################################################
# Workers
####################################################################################################

# What reads the queue where the family has no labeler and no mapping.
module "fleet" {
  source = "../fleet"
  count  = local.is_fleet ? 1 : 0

  group        = local._group
  prefix       = var.prefix
  account      = var.account
  fleet        = local.fleet
  packages     = var.packages
  settings     = var.settings
  kms_key      = var.kms_key
  statements   = local.worker_statements
  tags         = local.tags
  default_tags = var.default_tags

  environment = merge(local.reader_environment, {
    GATE_PARAMETER     = "${local._parameters}/gate"
    VISIBILITY_SECONDS = tostring(local.visibility_seconds)
  })
}

locals {
  # As a labeler's, minus what a mapping needs, plus the gallery, its index and the gate.
  worker_statements = concat(
    [
      {
        sid       = "TakeMessages"
        actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
        resources = [aws_sqs_queue.main.arn]
      },
    ],
    local.reader_statements,
    [
      {
        sid       = "ReadTheGallery"
        actions   = ["s3:GetObject", "s3:GetObjectVersion"]
        resources = ["${var.images_bucket.arn}/${local.gallery}*"]
      },
      {
        sid       = "KeepIndexes" # of faces as numbers, so that no photo is looked at twice
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = ["${var.results_bucket.arn}/_gallery/${var.name}/*"]
      },
      {
        sid       = "SeeTheGate"
        actions   = ["ssm:GetParameter"]
        resources = ["${local._parameters_arn}/gate"]
      },
    ],
  )
}
