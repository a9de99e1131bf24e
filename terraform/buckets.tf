####################################################################################################
# Buckets
####################################################################################################

module "images" {
  source = "./modules/bucket"

  name                     = "${local.prefix}-images"
  expire_days              = var.retention_days.images
  expire_under             = local.has_fleet ? [local.incoming, local.expanded] : [""] # not the galleries: a photo is kept for as long as its person is known
  expire_old_versions_days = var.retention_days.old_versions
  kms_key                  = local.kms_key
  access_log_bucket        = var.access_log_bucket

  # The API signs uploads for five minutes. The policy holds the role's keys to little more, should they get out.
  maximum_signature_age_seconds = var.api == null ? null : 600
}

# A bucket of its own: what is written here can never trigger the producer.
module "results" {
  source = "./modules/bucket"

  name                     = "${local.prefix}-results"
  expire_days              = var.retention_days.results
  expire_old_versions_days = var.retention_days.old_versions
  kms_key                  = local.kms_key
  access_log_bucket        = var.access_log_bucket

  # Not _models/, what a deployment needs for as long as it is there, nor the jobs that are not over (jobs.tf).
  expire_under = concat(["results/", "csv/", "archives/", "_ledger/"], local.closed_jobs)

  # What endpoints that answer later are sent, and answer: messages wait up to 14 days. What jobs are given, and bring.
  expire_sooner = { "_async/" = 15, "job-files/" = 14 }
}

resource "aws_s3_bucket_notification" "images" {
  bucket = module.images.name

  lambda_function {
    lambda_function_arn = module.producer.arn
    events              = ["s3:ObjectCreated:*"] # ":Put" alone would miss multipart uploads
    filter_prefix       = local.incoming
  }

  depends_on = [aws_lambda_permission.images]
}

resource "aws_lambda_permission" "images" {
  statement_id   = "ImagesBucket"
  function_name  = module.producer.name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_arn     = module.images.arn
  source_account = local.account.id # a bucket's ARN names no account, and a deleted bucket's name may become another's
}
