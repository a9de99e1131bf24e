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
  images_bucket  = { name = module.images.name, arn = module.images.arn }
  results_bucket = { name = module.results.name, arn = module.results.arn }
  memory_mb      = var.memory_mb.labeler
  settings       = local.function_settings
  kms_key        = local.kms_key
}
