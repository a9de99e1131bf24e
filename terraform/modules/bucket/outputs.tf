####################################################################################################
# Bucket
####################################################################################################

output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.main.bucket
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.main.arn
}

output "domain_name" {
  description = "Host name by which the Region serves the bucket."
  value       = aws_s3_bucket.main.bucket_regional_domain_name
}

####################################################################################################
# Contract
####################################################################################################

output "policy" {
  description = "The bucket's policy, as the tests look at it."
  value       = jsondecode(aws_s3_bucket_policy.main.policy)
}
