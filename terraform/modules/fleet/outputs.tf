####################################################################################################
# Fleet
####################################################################################################

output "name" {
  description = "Name of the group."
  value       = aws_autoscaling_group.main.name
}

output "log_group_name" {
  description = "Name of the workers' log."
  value       = aws_cloudwatch_log_group.main.name
}

####################################################################################################
# Contract
####################################################################################################

output "contract" {
  description = "What the tests hold against tests/contract: what a worker is told, what it may do, and how it begins."
  value = {
    environment = local.environment
    statements  = jsondecode(aws_iam_role_policy.main.policy).Statement
    user_data   = local.user_data
  }
}
