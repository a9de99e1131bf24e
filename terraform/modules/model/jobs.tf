####################################################################################################
# Jobs
####################################################################################################

# What reads the queue where images are read many at a time, by a service outside. It waits for no job: the schedule calls it
# (../../jobs.tf), it looks how things are, takes the next step of each and is gone.
module "jobs" {
  source = "../function"
  count  = local.is_job ? 1 : 0

  name                 = "${var.prefix}-${var.name}-jobs"
  description          = "Brings images of model ${var.name} to a service outside, job by job, and writes their results."
  handler              = "dayshift.handlers.jobs.handle"
  memory_mb            = var.memory_mb
  timeout_seconds      = local.timeout_seconds
  reserved_concurrency = var.model.reserved_concurrency
  settings             = var.settings
  kms_key              = var.kms_key
  statements           = concat(local._jobs_statements, local._proximl_statements, local._batch_transform_statements)
  tags                 = local.tags
  retries              = { attempts = 0, age_seconds = 60 } # the next tick does the same, and better

  environment = merge(local.reader_environment, {
    ARCHIVES_QUEUE_URL = try(var.archives_queue.url, "")
    GATE_PARAMETER     = local.is_powered ? "${local._parameters}/gate" : ""
    DEPLOYMENT         = var.prefix
  })
}

locals {
  # What is asked of S3, whichever the service: its book and files besides what a labeler reads and writes. A service is given
  # URLs that these rights sign, never the rights.
  _jobs_statements = concat(
    [
      {
        sid       = "TakeMessages"
        actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
        resources = [aws_sqs_queue.main.arn]
      },
      {
        sid       = "TellOfArchives" # that their images have ended; not to its own queue, which it could feed from itself
        actions   = ["sqs:SendMessage"]
        resources = var.archives_queue[*].arn
      },
    ],
    local.reader_statements,
    [
      {
        sid       = "ReadManifests"
        actions   = ["s3:GetObject"]
        resources = ["${var.results_bucket.arn}/archives/${var.name}/*"]
      },
      {
        sid       = "KeepBookAndFiles"
        actions   = ["s3:GetObject", "s3:PutObject"]
        resources = [for root in ["jobs", "job-files"] : "${var.results_bucket.arn}/${root}/${var.name}/*"]
      },
    ],
    [
      for _ in range(local.is_powered ? 1 : 0) : {
        sid       = "SeeTheGate"
        actions   = ["ssm:GetParameter"]
        resources = ["${local._parameters_arn}/gate"]
      }
    ],
  )

  _job_files_arn = "${var.results_bucket.arn}/job-files/${var.name}/"

  _parameter_arns = [
    for name in local._is_proximl ? [local._proximl.user_parameter, local._proximl.key_parameter] : [] :
    "arn:${var.account.partition}:ssm:${var.account.region}:${var.account.id}:parameter${name}"
  ]

  # Whichever key they are encrypted with, it opens these two and nothing else.
  _proximl_statements = [
    for statement in [
      { sid = "EnterTheService", actions = ["ssm:GetParameter"], resources = local._parameter_arns, condition = {} },
      {
        sid       = "DecryptItsKey"
        actions   = ["kms:Decrypt"]
        resources = ["arn:${var.account.partition}:kms:${var.account.region}:${var.account.id}:key/*"]
        condition = { StringEquals = {
          "kms:ViaService"                      = ["ssm.${var.account.region}.amazonaws.com"]
          "kms:EncryptionContext:PARAMETER_ARN" = local._parameter_arns
        } }
      },
    ] : statement if local._is_proximl
  ]

  # A job's name ends in the deployment's and the model's, as far as 63 characters hold them (domain/job_names.py).
  _transform_jobs = "${local._sagemaker_arn}:transform-job/*-${trimsuffix(substr("${var.prefix}-${var.name}", 0, 34), "-")}*"

  # SageMaker writes some names in small letters when it makes ARNs of them.
  _batch_model_arns = [for name in distinct(compact([try(local._batch.model_name, ""), lower(try(local._batch.model_name, ""))])) : "${local._sagemaker_arn}:model/${name}"]

  _batch_transform_statements = [
    for statement in [
      {
        sid       = "BeginTransforms"
        actions   = ["sagemaker:CreateTransformJob"]
        resources = [local._transform_jobs]
        condition = {
          ArnEquals                   = { "sagemaker:ModelArn" = local._batch_model_arns }
          "ForAllValues:StringEquals" = { "sagemaker:InstanceTypes" = compact([try(local._batch.instance_type, "")]) }
        }
      },
      {
        sid       = "FollowTransforms"
        actions   = ["sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob"]
        resources = [local._transform_jobs]
        condition = {}
      },
      {
        sid       = "ReadClasses"
        actions   = ["s3:GetObject"]
        resources = [for _ in local._classes : "${var.results_bucket.arn}/_models/${var.name}/*"]
        condition = {}
      },
    ] : statement if local._is_batch && length(statement.resources) > 0
  ]
}
