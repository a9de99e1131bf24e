####################################################################################################
# Encryption
####################################################################################################

resource "aws_kms_key" "main" {
  count = var.kms_key.create ? 1 : 0

  description             = "Dayshift ${local.prefix}: images, results, queues, logs and environments"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # In a key's policy "*" is this key. The roles' own policies say who uses it, so the account must be trusted.
        Sid       = "AccountDecidesByItsOwnPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.account.partition}:iam::${local.account.id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "OurLogs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = [
              for root in ["/aws/lambda", "/aws/sagemaker/Endpoints", "/aws/vendedlogs", "/dayshift"] :
              "arn:${local.account.partition}:logs:${var.region}:${local.account.id}:log-group:${root}/${local.prefix}-*"
            ]
          }
        }
      },
      {
        Sid       = "AlarmsToAnEncryptedTopic"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account.id } }
      },
    ]
  })
}

resource "aws_kms_alias" "main" {
  count = var.kms_key.create ? 1 : 0

  name          = "alias/${local.prefix}"
  target_key_id = aws_kms_key.main[0].key_id
}
