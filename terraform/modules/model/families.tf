####################################################################################################
# Families
####################################################################################################

locals {
  # One row a family, the counterpart of lambda_src/dayshift/adapters/families.py:
  #   always_there  whether the model runs without us; otherwise its mapping is made disabled
  #   options       what the labeler is told of var.models[*].options
  #   statements    what the labeler may ask of the model
  families = {
    rekognition = {
      always_there = true
      options      = var.model.options
      statements = [{
        sid       = "Read"
        actions   = [for feature in sort(var.model.options.features) : local._rekognition_action[feature]]
        resources = ["*"] # these two actions have no resources to name
      }]
    }
  }

  family = local.families[var.model.family]

  _rekognition_action = {
    labels = "rekognition:DetectLabels"
    text   = "rekognition:DetectText"
  }
}
