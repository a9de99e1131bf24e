####################################################################################################
# Function
####################################################################################################

output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.main.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.main.arn
}

####################################################################################################
# Permissions
####################################################################################################

output "role_arn" {
  description = "ARN of the execution role."
  value       = aws_iam_role.main.arn
}

####################################################################################################
# Contract
####################################################################################################

output "contract" {
  description = "What the tests hold against tests/contract: how the function is entered, what it is told, what it may do and how often it is tried."
  value = {
    handler         = aws_lambda_function.main.handler
    timeout_seconds = aws_lambda_function.main.timeout
    environment     = aws_lambda_function.main.environment[0].variables
    statements      = jsondecode(aws_iam_role_policy.main.policy).Statement
    retries         = one(aws_lambda_function_event_invoke_config.main[*].maximum_retry_attempts)
  }
}
