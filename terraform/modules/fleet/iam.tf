####################################################################################################
# Permissions
####################################################################################################

resource "aws_iam_role" "main" {
  name        = var.group
  description = "As whom the workers of ${var.group} work."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Workers"
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_instance_profile" "main" {
  name = var.group
  role = aws_iam_role.main.name
  tags = var.tags
}

resource "aws_iam_role_policy" "main" {
  name = "worker"
  role = aws_iam_role.main.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in concat(local._own_statements, var.statements) : {
        Sid      = statement.sid
        Effect   = "Allow"
        Action   = statement.actions
        Resource = statement.resources
      }
    ]
  })
}

locals {
  # Of a machine, whatever it reads. Nothing that launches, terminates or scales: that is reconcile's.
  _own_statements = concat(
    [
      {
        sid       = "Log" # no CreateLogGroup: the group is ours and has a retention
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["${aws_cloudwatch_log_group.main.arn}:*"]
      },
      {
        sid       = "FetchPackages"
        actions   = ["s3:GetObject"]
        resources = [for package in [var.packages.package, var.packages.bundle] : "${var.packages.bucket.arn}/${package.key}"]
      },
      {
        sid       = "BeReadyAndBeSpared"
        actions   = ["autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceProtection"]
        resources = [local.group_arn]
      },
    ],
    [
      for key in var.kms_key[*] : {
        sid       = "UseTheKey" # SQS and S3 ask for both, to write and to read
        actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
        resources = [key.arn]
      }
    ],
  )

  # By its name, which an account has once: the group waits for this policy, so the policy cannot wait for the group's own ARN.
  group_arn = "arn:${var.account.partition}:autoscaling:${var.account.region}:${var.account.id}:autoScalingGroup:*:autoScalingGroupName/${var.group}"
}
