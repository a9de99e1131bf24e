####################################################################################################
# Deployment
####################################################################################################

output "deployment" {
  description = "Names of all parts, as the `dayshift` command reads them; the parameter /<name>/<environment>/deployment holds the same."
  value       = local.deployment
}

####################################################################################################
# Encryption
####################################################################################################

output "kms_key_arn" {
  description = "The customer-managed key; null where AWS owns the keys. Who uploads images or reads results needs it."
  value       = local.kms_key == null ? null : local.kms_key.arn
}

####################################################################################################
# Queries
####################################################################################################

output "athena_table" {
  description = "The results as Athena names them: SELECT status, count(*) FROM <this> GROUP BY status."
  value       = "${aws_glue_catalog_database.main.name}.${aws_glue_catalog_table.results.name}"
}

####################################################################################################
# Power
####################################################################################################

output "power" {
  description = "In words, when each powered model will run; see also `dayshift schedule`."
  value       = { for name, model in module.models : name => model.power.in_words if model.power != null }
}

####################################################################################################
# Jobs
####################################################################################################

output "transform_policies" {
  description = "By model whose jobs are batch transform: what the execution role of its SageMaker model, which is yours, needs of this deployment. Attach it before the first image."
  value       = { for name, model in module.models : name => model.transform_policy if model.transform_policy != null }
}

####################################################################################################
# API
####################################################################################################

output "api" {
  description = "Where the API and its page are, and how callers show who they are; null without an API."
  value = !local.has_api ? null : {
    url            = aws_apigatewayv2_stage.api[0].invoke_url
    page_url       = local.page_origin
    authentication = var.api.authentication
  }
}

output "api_policies" {
  description = "Policies for callers where authentication is \"iam\": for those who send images and read results, and for those who switch models besides; null otherwise."
  value = local._authentication != "iam" ? null : {
    for role, routes in local._routes_of : role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Dayshift"
        Effect   = "Allow"
        Action   = "execute-api:Invoke"
        Resource = [for route in routes : "${aws_apigatewayv2_api.main[0].execution_arn}/api/${route}"]
      }]
    })
  }
}

locals {
  # The document's routes as IAM names them: "POST/models/*/on".
  _routes_of = {
    caller   = [for key, id in local.operations : replace(replace(key, " ", ""), "/{[a-z]+}/", "*") if !contains(local._switches, id)]
    operator = [for key, id in local.operations : replace(replace(key, " ", ""), "/{[a-z]+}/", "*")]
  }
}
