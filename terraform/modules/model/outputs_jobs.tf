####################################################################################################
# Jobs
####################################################################################################

output "jobs" {
  description = "The function of jobs, name and ARN; null for other families."
  value       = local.is_job ? { name = module.jobs[0].name, arn = module.jobs[0].arn } : null
}

output "jobs_contract" {
  description = "The function of jobs as the tests hold it against tests/contract; null for other families."
  value       = one(module.jobs[*].contract)
}

output "transform_policy" {
  description = "What the execution role of the SageMaker model needs of this deployment, as a policy; null where no jobs are batch transform."
  value = !local._is_batch ? null : jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadImages"
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
          Resource = ["${local._job_files_arn}*/input/*", "${local._job_files_arn}*/input.manifest"]
        },
        {
          Sid      = "WriteAnswers"
          Effect   = "Allow"
          Action   = ["s3:AbortMultipartUpload", "s3:PutObject"]
          Resource = ["${local._job_files_arn}*/output/*"]
        },
        {
          Sid      = "FindTheBucket"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = [var.results_bucket.arn]
        },
      ],
      [
        for key in var.kms_key[*] : {
          Sid      = "UseTheKey"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [key.arn]
        }
      ],
    )
  })
}
