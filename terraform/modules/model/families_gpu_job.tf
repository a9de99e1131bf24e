####################################################################################################
# Family gpu_job
####################################################################################################

# Its row in families.tf. Evaluated for other families too, which have no jobs.

locals {
  gpu_job = {
    always_there     = true # a job is the service's; none of ours runs, and so nothing has to be stopped
    warmup_minutes   = 0
    usd_per_hour     = 0 # a job has a budget of its own
    options          = merge(local._job_options, local._proximl_options, local._batch_transform_options)
    statements       = [] # nobody reads an image by itself
    power_statements = local._gate_statements
    backstop         = []
  }

  is_job = var.model.family == "gpu_job"

  _gate_statements = [{
    sid       = "OpenAndCloseGates" # as a fleet's
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = ["${local._parameters_arn}/gate"]
  }]

  _job_options = {
    for name, value in {
      tick_minutes               = var.tick_minutes
      provider                   = local._is_proximl ? "proximl" : "batch_transform"
      gather_minutes             = try(var.job.gather_minutes, null)
      maximum_images             = try(var.job.maximum_images, null)
      jobs_at_once               = try(var.job.jobs_at_once, null)
      deadline_minutes           = try(var.job.deadline_minutes, null)
      maximum_attempts           = try(var.job.maximum_attempts, null)
      budget_usd                 = try(var.job.budget_usd, null)
      maximum_usd_per_hour       = try(var.job.maximum_usd_per_hour, null)
      maximum_labels             = coalesce(var.model.options.maximum_labels, 5)
      minimum_confidence_percent = coalesce(var.model.options.minimum_confidence_percent, 0)
    } : name => value if local.is_job
  }

  # Where its jobs are: of another service's, or another account's there, nobody would know any more.
  _job_identity = local._is_batch ? "batch_transform" : "proximl ${try(local._proximl.user_parameter, "")} ${try(coalesce(local._proximl.project), "")}"

  _proximl         = try(var.job.proximl, null)
  _is_proximl      = local._proximl != null
  _proximl_options = merge(local._proximl, {})

  _batch    = try(var.job.batch_transform, null)
  _is_batch = local._batch != null
  _batch_transform_options = {
    for name, value in merge(local._batch, {
      classes     = one([for classes in aws_s3_object.classes : { bucket = classes.bucket, key = classes.key }])
      kms_key_arn = var.kms_key == null ? null : var.kms_key.arn
    }) : name => value if local._is_batch && name != "classes_file"
  }

  _budget = try("each at most ${var.job.budget_usd} USD, ${var.job.jobs_at_once} at once", "")
  _job_in_words = {
    always_on    = "always on: jobs begin at any time, ${local._budget}"
    office_hours = "office hours: jobs begin ${local._hours}, but on ${length(local.closed_on)} closed dates, and end when they end: ${local._budget}"
    on_deadline  = null # refused
  }
}
