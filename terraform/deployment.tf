####################################################################################################
# Deployment
####################################################################################################

locals {
  # What the `dayshift` command needs to know: an output for those with the state, a parameter for those without.
  deployment = {
    name           = var.name
    environment    = var.environment
    region         = var.region
    images_bucket  = module.images.name
    results_bucket = module.results.name
    functions = merge(
      { producer = module.producer.name, sweep = module.sweep.name },
      { for role, function in module.power : role => function.name },
      { for function in module.api : "api" => function.name },
    )
    api_url = one(aws_apigatewayv2_stage.api[*].invoke_url)
    archives = {
      queue_url    = aws_sqs_queue.archives.url
      dlq_url      = aws_sqs_queue.dead_archives.url
      mapping_uuid = aws_lambda_event_source_mapping.archives.uuid
      expander     = module.expander.name
    }
    models = {
      for name, model in module.models : name => merge({
        family       = var.models[name].family
        prefix       = model.prefix
        queue_url    = model.queue_url
        dlq_url      = model.dlq_url
        mapping_uuid = model.mapping_uuid
        labeler      = model.labeler_name
        power        = var.models[name].power
        queue_name   = model.queue_name
        parameters   = var.models[name].power == null ? null : "${local.parameters_path}/${name}"
      }, model.fleet, { for jobs in model.jobs[*] : "jobs" => jobs.name })
    }
  }
}

resource "aws_ssm_parameter" "deployment" {
  #checkov:skip=CKV2_AWS_34:Names, no secrets; every operator must be able to read them.
  name        = "/${var.name}/${var.environment}/deployment"
  description = "Names of the parts of ${local.prefix}, for `dayshift --env ${var.environment}`."
  type        = "String"
  tier        = length(var.models) > 5 ? "Advanced" : "Standard" # a standard parameter holds 4 KB, a model needs 550 bytes, all else 1.2 KB
  value       = jsonencode(local.deployment)
}
