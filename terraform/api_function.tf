####################################################################################################
# API's function
####################################################################################################

module "api" {
  source = "./modules/function"
  count  = local.has_api ? 1 : 0

  name                 = "${local.prefix}-api"
  description          = "Answers the API: takes images, gives results, switches models."
  handler              = "dayshift.handlers.api.handle"
  memory_mb            = var.memory_mb.api
  reserved_concurrency = var.reserved_concurrency.api
  timeout_seconds      = 29 # API Gateway waits for 30
  settings             = local.function_settings
  kms_key              = local.kms_key

  environment = {
    IMAGES_BUCKET  = module.images.name
    RESULTS_BUCKET = module.results.name
    MODELS_KEY     = aws_s3_object.index[0].key
    PARAMETERS     = local.parameters_path
    AUTHENTICATION = var.api.authentication
    COUNTS_TABLE   = aws_dynamodb_table.counts[0].name
    IMAGES_A_DAY   = tostring(var.api.images_a_day)
  }

  statements = concat(
    [
      {
        sid       = "TakeImages"
        actions   = ["s3:PutObject"]
        resources = ["${module.images.arn}/${local.incoming}*"]
      },
      {
        # No condition on the prefix: it is not part of a read, and without ListBucket a missing object reads as 403.
        sid       = "TellMissingFromForbidden"
        actions   = ["s3:ListBucket"]
        resources = [module.images.arn, module.results.arn]
      },
      {
        sid       = "ReadRecordsAndIndex"
        actions   = ["s3:GetObject"]
        resources = [for root in ["results", "csv", "_models"] : "${module.results.arn}/${root}/*"]
      },
      {
        sid       = "Count"
        actions   = ["dynamodb:UpdateItem"]
        resources = [aws_dynamodb_table.counts[0].arn]
      },
    ],
    [
      for statement in local.is_powered ? local._powered_statements : [] : statement
    ],
    [
      for sid, statements in local._reading_statements : {
        sid       = sid
        actions   = distinct(flatten(statements[*].actions))
        resources = distinct(flatten(statements[*].resources))
      }
    ],
  )
}

locals {
  _powered_statements = [
    {
      sid       = "ReadParameters"
      actions   = ["ssm:GetParametersByPath"]
      resources = [local._parameters_arn, "${local._parameters_arn}/*"]
    },
    {
      sid       = "Override"
      actions   = ["ssm:PutParameter"]
      resources = ["${local._parameters_arn}/*/override"] # neither the spec nor the memory
    },
    {
      sid       = "CountMessages"
      actions   = ["sqs:GetQueueAttributes"]
      resources = [for name in local.powered : module.models[name].queue_arn]
    },
  ]

  # What the labelers may ask of their models, once a family and intent: several of one family are one statement.
  _reading_statements = merge([
    for family in distinct([for model in values(var.models) : model.family]) : {
      for statement in flatten([for name, model in module.models : model.read_statements if var.models[name].family == family && local.has_api]) :
      "${statement.sid}${replace(title(replace(family, "_", " ")), " ", "")}" => statement...
    }
  ]...)
}

####################################################################################################
# Index of models
####################################################################################################

# What the function has to know of each model. An object, since an environment holds 4 KB and twenty models need ten.
resource "aws_s3_object" "index" {
  count = local.has_api ? 1 : 0

  bucket       = module.results.name
  key          = "_models/index-${substr(sha256(local._index), 0, 8)}.json"
  content      = local._index
  content_type = "application/json"
  kms_key_id   = local.kms_key == null ? null : local.kms_key.arn

  # No create_before_destroy: it would spread to all that the index names, which is all of the models' parts, and a parameter
  # cannot be made beside the one it replaces. A function that starts meanwhile answers 503, for some seconds.
}

locals {
  _index = jsonencode([
    for name, model in module.models : {
      name      = name
      family    = var.models[name].family
      target    = model.target
      prefix    = model.prefix
      options   = model.options
      queue_url = model.queue_url
      power     = var.models[name].power
    }
  ])
}

####################################################################################################
# Counts
####################################################################################################

# How many images a caller has sent on a day. Entries go by themselves; on demand, and so free while nobody calls.
resource "aws_dynamodb_table" "counts" {
  count = local.has_api ? 1 : 0

  name         = "${local.prefix}-api-counts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "caller"
  range_key    = "day"

  attribute {
    name = "caller"
    type = "S"
  }

  attribute {
    name = "day"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # Else by a key that AWS owns, at no cost.
  dynamic "server_side_encryption" {
    for_each = local.kms_key[*]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value.arn
    }
  }
}
