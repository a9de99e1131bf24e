####################################################################################################
# Deployment
####################################################################################################

locals {
  prefix = "${var.name}-${var.environment}"

  tags = {
    Project     = var.name
    Environment = var.environment
    ManagedBy   = "terraform"
    Repository  = var.repository
  }

  # Where all this lies. The account is read out of a role's ARN: a data source would call AWS while planning.
  _role_arn = split(":", module.producer.role_arn)
  account = {
    partition = local._role_arn[1]
    region    = var.region
    id        = local._role_arn[4]
  }
}

####################################################################################################
# Encryption
####################################################################################################

locals {
  # An object or null, never a bare ARN: whether there is a key, and which, must be known while planning, its ARN need not be.
  kms_key = var.kms_key.create ? { arn = aws_kms_key.main[0].arn, known_as = "alias/${local.prefix}" } : (
    var.kms_key.arn != null ? { arn = var.kms_key.arn, known_as = var.kms_key.arn } : null
  )
}

####################################################################################################
# Models
####################################################################################################

locals {
  incoming = "incoming/"

  # How the producer and the sweep find a model's queue. The longest prefix that matches wins.
  routes = jsonencode([
    for name, model in module.models : {
      model     = name
      family    = var.models[name].family
      prefix    = model.prefix
      queue_url = model.queue_url
    }
  ])
}

####################################################################################################
# Functions
####################################################################################################

locals {
  # What all functions have in common.
  function_settings = {
    package_file            = var.package_file
    runtime                 = var.runtime
    architecture            = var.architecture
    log_level               = var.log_level
    log_retention_days      = var.retention_days.logs
    enable_tracing          = var.enable_tracing
    code_signing_config_arn = var.code_signing_config_arn
  }
}
