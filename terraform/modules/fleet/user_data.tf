####################################################################################################
# User data
####################################################################################################

locals {
  user_data = templatefile("${path.module}/user_data.sh.tftpl", {
    region       = var.account.region
    group        = var.group
    hook         = "launching"
    log_group    = aws_cloudwatch_log_group.main.name
    bucket       = var.packages.bucket.name
    package      = var.packages.package
    bundle       = var.packages.bundle
    environment  = local.environment
    stop_seconds = 110 # Spot gives two minutes
  })

  # What systemd hands to the worker; where things lie on the machine is added there.
  environment = merge(var.environment, {
    AWS_DEFAULT_REGION           = var.account.region # which boto3 reads
    AWS_REGION                   = var.account.region # as on Lambda
    GROUP_NAME                   = var.group
    POWERTOOLS_SERVICE_NAME      = var.group
    POWERTOOLS_METRICS_NAMESPACE = "Dayshift"
    POWERTOOLS_LOG_LEVEL         = var.settings.log_level
  })
}
