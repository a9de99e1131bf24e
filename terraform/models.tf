####################################################################################################
# Models
####################################################################################################

module "models" {
  source   = "./modules/model"
  for_each = var.models

  name           = each.key
  prefix         = local.prefix
  account        = local.account
  model          = merge(each.value, { prefix = "${local.incoming}${each.value.prefix}" })
  job            = each.value.options.job
  images_bucket  = { name = module.images.name, arn = module.images.arn }
  results_bucket = { name = module.results.name, arn = module.results.arn }
  memory_mb      = each.value.family == "gpu_job" ? var.memory_mb.jobs : var.memory_mb.labeler
  settings       = local.function_settings
  kms_key        = local.kms_key
  packages       = local.packages
  default_tags   = local.tags

  parameters_path = local.parameters_path
  tick_minutes    = var.tick_minutes
  archives_queue  = { url = aws_sqs_queue.archives.url, arn = aws_sqs_queue.archives.arn }
}

module "schedules" {
  source   = "./modules/schedules"
  for_each = toset(local.powered)

  name      = each.key
  identity  = module.models[each.key].identity
  window    = module.models[each.key].power.window
  backstops = module.models[each.key].power.backstops
  functions = {
    start = { name = module.power["start"].name, arn = module.power["start"].arn }
    stop  = { name = module.power["stop"].name, arn = module.power["stop"].arn }
    sweep = { name = module.sweep.name, arn = module.sweep.arn }
  }

  group              = aws_scheduler_schedule_group.main.name
  scheduler_role_arn = aws_iam_role.scheduler.arn
  backstop_role_arn  = one(aws_iam_role.backstop[*].arn)
  failed_events_arn  = aws_sqs_queue.failed_events.arn
  kms_key            = local.kms_key

  # The roles' policies. And all of the models: what stops a model before it is destroyed still needs its parameters, its
  # mapping and its queue.
  depends_on = [aws_iam_role_policy.scheduler, aws_iam_role_policy.backstop, module.models]
}
