####################################################################################################
# Execution role of an endpoint
####################################################################################################

# As whom SageMaker fetches the model and its container, and writes their log. The container itself, without a network, uses
# it for nothing.

resource "aws_iam_role" "endpoint" {
  count = local._is_endpoint ? 1 : 0

  name        = "${local._endpoint_name}-endpoint"
  description = "Execution role of the models of the endpoint ${local._endpoint_name}."
  tags        = local.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OurModels"
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" } # no condition: a role is never passed from another account
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "endpoint" {
  count = local._is_endpoint ? 1 : 0

  name = "endpoint"
  role = aws_iam_role.endpoint[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "FetchContainers"
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = local._repository_arns
        },
        {
          Sid      = "EnterTheRegistry"
          Effect   = "Allow"
          Action   = ["ecr:GetAuthorizationToken"]
          Resource = ["*"] # it has no resources to name
        },
        {
          # The group is ours and has a retention; AWS lists CreateLogGroup among what hosting asks for nevertheless.
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = [aws_cloudwatch_log_group.endpoint[0].arn, "${aws_cloudwatch_log_group.endpoint[0].arn}:*"]
        },
        {
          Sid       = "Measure"
          Effect    = "Allow"
          Action    = ["cloudwatch:PutMetricData"]
          Resource  = ["*"] # it has no resources to name, but a namespace
          Condition = { StringEquals = { "cloudwatch:namespace" = ["/aws/sagemaker/Endpoints"] } }
        },
      ],
      [
        for arns in [local._model_data_arns] : {
          Sid      = "FetchModels"
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
          Resource = arns
        } if length(arns) > 0
      ],
      flatten([
        for place in local._asynchronous[*] : [
          {
            Sid      = "ReadRequestsAndWriteAnswers" # nothing of the images bucket: the labeler lays a copy under the prefix
            Effect   = "Allow"
            Action   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
            Resource = ["${var.results_bucket.arn}/${place.prefix}*"]
          },
          {
            Sid      = "FindTheBucket"
            Effect   = "Allow"
            Action   = ["s3:ListBucket"]
            Resource = [var.results_bucket.arn]
          },
        ]
      ]),
      [
        for key in local._asynchronous == null ? [] : var.kms_key[*] : {
          Sid      = "UseTheKey"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [key.arn]
        }
      ],
    )
  })
}

# By the name that SageMaker gives it, so that it is not SageMaker that makes it, to be kept for ever.
resource "aws_cloudwatch_log_group" "endpoint" {
  count = local._is_endpoint ? 1 : 0

  name              = "/aws/sagemaker/Endpoints/${local._endpoint_name}"
  retention_in_days = var.settings.log_retention_days
  kms_key_id        = var.kms_key == null ? null : var.kms_key.arn
  tags              = local.tags
}

locals {
  # 123456789012.dkr.ecr.eu-west-1.amazonaws.com/flowers/classifier:1.2 → account, Region, repository
  _images = [
    for variant in values(local._variants) :
    regex("^([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.[^/]+/([^:@]+)", variant.image)
  ]
  _repository_arns = sort(distinct([
    for image in local._images : "arn:${var.account.partition}:ecr:${image[1]}:${image[0]}:repository/${image[2]}"
  ]))
  _model_data_arns = sort(distinct([
    for url in compact(values(local._variants)[*].model_data_url) : "arn:${var.account.partition}:s3:::${trimprefix(url, "s3://")}"
  ]))
}
