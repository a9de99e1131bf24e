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
