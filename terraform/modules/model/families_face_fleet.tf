####################################################################################################
# Family face_fleet
####################################################################################################

# Its row in families.tf. Evaluated for other families too, which have no fleet.

locals {
  face_fleet = {
    always_there   = false
    warmup_minutes = var.model.warmup_minutes
    usd_per_hour   = 0 # var.models asks for the price of one worker
    options = {
      gallery          = { bucket = var.images_bucket.name, prefix = local.gallery }
      maximum_distance = coalesce(var.model.options.maximum_distance, 0.6)
    }
    statements = [] # nobody but a worker reads with it
    power_statements = [
      {
        sid       = "SeeGroups"
        actions   = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities"]
        resources = ["*"] # they list, and have no resources to name
      },
      {
        sid       = "ScaleWorkers"
        actions   = ["autoscaling:SetDesiredCapacity"]
        resources = [local._group_arn]
      },
      {
        sid       = "OpenAndCloseGates"
        actions   = ["ssm:GetParameter", "ssm:PutParameter"]
        resources = ["${local._parameters_arn}/gate"]
      },
    ]
    backstop = [{
      operation = "arn:${var.account.partition}:scheduler:::aws-sdk:autoscaling:setDesiredCapacity"
      input     = jsonencode({ AutoScalingGroupName = local._group, DesiredCapacity = 0 })
      action    = "autoscaling:SetDesiredCapacity"
      resource  = local._group_arn
    }]
  }

  fleet    = var.model.options.fleet # null for other families
  is_fleet = var.model.family == "face_fleet"
  gallery  = coalesce(var.model.options.gallery, "gallery/")

  _group          = "${var.prefix}-${var.name}-workers"
  _group_arn      = "arn:${var.account.partition}:autoscaling:${var.account.region}:${var.account.id}:autoScalingGroup:*:autoScalingGroupName/${local._group}"
  _parameters_arn = "arn:${var.account.partition}:ssm:${var.account.region}:${var.account.id}:parameter${local._parameters}"
}
