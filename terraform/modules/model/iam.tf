####################################################################################################
# Permissions of what reads the queue
####################################################################################################

locals {
  # No sqs:SendMessage, so that no bug can feed the queue from itself; nothing that starts, stops or deletes.
  reader_statements = concat(
    [
      {
        # Rekognition reads the images with the labeler's rights.
        sid       = "ReadImages"
        actions   = ["s3:GetObject", "s3:GetObjectVersion"]
        resources = ["${var.images_bucket.arn}/${var.model.prefix}*", "${var.images_bucket.arn}/expanded/${var.name}/*"]
      },
      {
        # Without these a missing object, or version, reads as 403. No condition on the prefix: a read has none.
        sid       = "TellMissingFromForbidden"
        actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
        resources = [var.images_bucket.arn]
      },
      {
        sid       = "TellMissingRecords"
        actions   = ["s3:ListBucket"]
        resources = [var.results_bucket.arn]
      },
      {
        sid       = "ReadRecords"
        actions   = ["s3:GetObject"]
        resources = ["${var.results_bucket.arn}/results/${var.name}/*"]
      },
      {
        sid       = "WriteRecords"
        actions   = ["s3:PutObject"]
        resources = [for root in ["results", "csv"] : "${var.results_bucket.arn}/${root}/${var.name}/*"]
      },
    ],
    local.family.statements,
  )

  labeler_statements = concat(
    [
      {
        sid       = "TakeMessages"
        actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        resources = [aws_sqs_queue.main.arn]
      },
    ],
    local.reader_statements,
  )
}
