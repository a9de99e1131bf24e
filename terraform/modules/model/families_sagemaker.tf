####################################################################################################
# Family sagemaker
####################################################################################################

# Its row in families.tf. Evaluated for other families too, which have no endpoint.

locals {
  sagemaker = {
    always_there   = false
    warmup_minutes = var.model.warmup_minutes
    usd_per_hour   = 0 # of a serverless one; var.models asks for the price of instances
    options = {
      configuration              = one(aws_sagemaker_endpoint_configuration.main[*].name)
      content_type               = try(local._endpoint.content_type, null)
      accept                     = try(local._endpoint.accept, null)
      json                       = try(local._endpoint.json, null)
      response                   = try(local._endpoint.response, null)
      classes                    = one([for classes in aws_s3_object.classes : { bucket = classes.bucket, key = classes.key }])
      serverless                 = local._is_serverless
      asynchronous               = local._asynchronous
      maximum_labels             = coalesce(var.model.options.maximum_labels, 5)
      minimum_confidence_percent = coalesce(var.model.options.minimum_confidence_percent, 0)
    }
    statements = concat(
      [{
        sid       = "Read"
        actions   = [local._asynchronous == null ? "sagemaker:InvokeEndpoint" : "sagemaker:InvokeEndpointAsync"]
        resources = [local._endpoint_arn]
      }],
      [
        for _ in local._classes : {
          sid       = "ReadClasses"
          actions   = ["s3:GetObject"]
          resources = ["${var.results_bucket.arn}/_models/${var.name}/*"]
        }
      ],
      [
        for place in local._asynchronous[*] : {
          sid       = "KeepAnswers"
          actions   = ["s3:GetObject", "s3:PutObject"]
          resources = ["${var.results_bucket.arn}/${place.prefix}*"]
        }
      ],
    )
    power_statements = concat(
      [
        {
          sid = "CreateAndDeleteEndpoints"
          actions = [
            "sagemaker:AddTags", "sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint",
            "sagemaker:InvokeEndpoint", "sagemaker:ListTags",
          ]
          resources = [local._endpoint_arn]
        },
        {
          sid       = "FromConfigurations"
          actions   = ["sagemaker:CreateEndpoint", "sagemaker:DescribeEndpointConfig"]
          resources = ["${local._sagemaker_arn}:endpoint-config/${var.prefix}-*"] # all of ours: one line in a role that has to hold fifteen models
        },
      ],
      [
        for _ in local._volume_key[*] : {
          sid       = "LetInstancesUseTheKey" # Who creates an endpoint grants its instances the key of their volumes.
          actions   = ["kms:CreateGrant"]
          resources = [local._volume_key_arn]
          condition = { Bool = { "kms:GrantIsForAWSResource" = ["true"] } }
        }
      ],
    )
    backstop = [{
      operation = "arn:${var.account.partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
      input     = jsonencode({ EndpointName = local._endpoint_name })
      action    = "sagemaker:DeleteEndpoint"
      resource  = local._endpoint_arn
      condition = { StringEquals = { "aws:ResourceTag/dayshift:deployment" = var.prefix } } # none of its name that is another's
    }]
  }

  _sagemaker_arn = "arn:${var.account.partition}:sagemaker:${var.account.region}:${var.account.id}"
  _endpoint_arn  = "${local._sagemaker_arn}:endpoint/${local._endpoint_name}"
}
