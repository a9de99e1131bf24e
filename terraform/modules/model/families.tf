####################################################################################################
# Families
####################################################################################################

locals {
  # One row a family, the counterpart of lambda_src/dayshift/adapters/families.py:
  #   always_there      whether the model runs without us
  #   warmup_minutes    how long a start takes, until that is learned
  #   usd_per_hour      list price of a running hour
  #   options           what the labeler, or the worker, is told of var.models[*].options
  #   statements        what the labeler may ask of the model
  #   power_statements  what start, stop and reconcile may ask of it
  #   backstop          the call that stops it without any code of ours, its input in JSON, and what it may stop; [] where
  #                     nothing runs
  families = {
    rekognition = {
      always_there   = true
      warmup_minutes = 0 # nothing has to be started
      usd_per_hour   = 0
      options = {
        features                   = var.model.options.features
        maximum_labels             = coalesce(var.model.options.maximum_labels, 25)
        minimum_confidence_percent = coalesce(var.model.options.minimum_confidence_percent, 55)
      }
      statements = [{
        sid       = "Read"
        actions   = [for feature in sort(var.model.options.features) : local._rekognition_action[feature]]
        resources = ["*"] # these two actions have no resources to name
      }]
      power_statements = []
      backstop         = []
    }

    custom_labels = {
      always_there   = false
      warmup_minutes = var.model.warmup_minutes
      usd_per_hour   = 4 * var.model.options.inference_units
      options = {
        inference_units            = var.model.options.inference_units
        maximum_inference_units    = var.model.options.maximum_inference_units
        maximum_labels             = coalesce(var.model.options.maximum_labels, 25)
        minimum_confidence_percent = var.model.options.minimum_confidence_percent # null: what its training found best
      }
      statements = [{
        sid       = "Read"
        actions   = ["rekognition:DetectCustomLabels"]
        resources = [var.model.target]
      }]
      power_statements = [
        {
          sid       = "FindProjects"
          actions   = ["rekognition:DescribeProjects"]
          resources = ["*"] # it lists; a version's ARN does not hold its project's
        },
        {
          sid       = "SeeVersions"
          actions   = ["rekognition:DescribeProjectVersions"]
          resources = ["${split("/version/", coalesce(var.model.target, "/version/"))[0]}/*"]
        },
        {
          sid = "StartAndStopVersions"
          actions = [
            "rekognition:StartProjectVersion", "rekognition:StopProjectVersion", "rekognition:DetectCustomLabels",
            "rekognition:ListTagsForResource", "rekognition:TagResource", "rekognition:UntagResource",
          ]
          resources = [var.model.target]
        },
      ]
      backstop = [{
        operation = "arn:${var.account.partition}:scheduler:::aws-sdk:rekognition:stopProjectVersion"
        input     = jsonencode({ ProjectVersionArn = var.model.target })
        action    = "rekognition:StopProjectVersion"
        resource  = var.model.target
      }]
    }

    sagemaker  = local.sagemaker  # in families_sagemaker.tf
    face_fleet = local.face_fleet # in families_face_fleet.tf
    gpu_job    = local.gpu_job    # in families_gpu_job.tf
  }

  family = local.families[var.model.family]

  # What is started and stopped, and what a start makes it from: with another of these it is another model.
  target   = local._is_endpoint ? local._endpoint_name : local.is_fleet ? local._group : var.model.target
  identity = local._is_endpoint ? "${local._endpoint_name} from ${local._configuration}" : local.is_job ? local._job_identity : local.target

  _rekognition_action = {
    labels = "rekognition:DetectLabels"
    text   = "rekognition:DetectText"
  }
}
