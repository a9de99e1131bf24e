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
