# The seam with the Lambda package: names in the environment, handlers and permissions, as tests/contract has them.
# Applied on mocks, since a plan does not know a queue's URL and hides the whole environment with it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models = {
    signs  = { family = "rekognition", prefix = "signs/" }
    photos = { family = "rekognition", prefix = "photos/", options = { features = ["labels"] } }
  }
}

run "every_function_is_told_exactly_what_it_reads" {
  assert {
    condition = alltrue([
      for role, contract in {
        producer = module.producer.contract
        sweep    = module.sweep.contract
        labeler  = module.models["signs"].labeler_contract
        } : sort(keys(contract.environment)) == sort(concat(
          jsondecode(file("../tests/contract/environment.json")).every_function,
          jsondecode(file("../tests/contract/environment.json")).functions[role].variables,
      ))
    ])
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/environment.json")).functions)}, got ${jsonencode({
      producer = keys(module.producer.contract.environment)
      sweep    = keys(module.sweep.contract.environment)
      labeler  = keys(module.models["signs"].labeler_contract.environment)
    })}"
  }
}

run "every_function_is_entered_where_the_package_has_a_door" {
  assert {
    condition = jsonencode({
      labeler  = module.models["signs"].labeler_contract.handler
      producer = module.producer.contract.handler
      sweep    = module.sweep.contract.handler
    }) == jsonencode({ for role, function in jsondecode(file("../tests/contract/environment.json")).functions : role => function.handler })
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/environment.json")).functions)}, got ${module.producer.contract.handler}, ${module.sweep.contract.handler}, ${module.models["signs"].labeler_contract.handler}"
  }
}

run "a_model_and_a_route_have_the_fields_that_the_package_reads" {
  assert {
    condition = (
      sort(keys(jsondecode(module.models["signs"].labeler_contract.environment.MODEL))) ==
      sort(jsondecode(file("../tests/contract/environment.json")).shapes.MODEL)
    )
    error_message = "MODEL: got ${module.models["signs"].labeler_contract.environment.MODEL}"
  }

  assert {
    condition = (
      sort(keys(jsondecode(module.models["signs"].labeler_contract.environment.MODEL).options)) ==
      sort(jsondecode(file("../tests/contract/environment.json")).options.rekognition)
    )
    error_message = "MODEL.options: got ${module.models["signs"].labeler_contract.environment.MODEL}"
  }

  assert {
    condition = alltrue([
      for route in jsondecode(module.producer.contract.environment.ROUTES) :
      sort(keys(route)) == sort(jsondecode(file("../tests/contract/environment.json")).shapes.ROUTES)
    ])
    error_message = "ROUTES: got ${module.producer.contract.environment.ROUTES}"
  }
}

run "producer_and_sweep_route_alike_and_to_whole_prefixes" {
  assert {
    condition     = module.producer.contract.environment.ROUTES == module.sweep.contract.environment.ROUTES
    error_message = "wanted equal routes, got ${module.producer.contract.environment.ROUTES} and ${module.sweep.contract.environment.ROUTES}"
  }

  assert {
    condition     = join(" ", [for route in jsondecode(module.producer.contract.environment.ROUTES) : route.prefix]) == "incoming/photos/ incoming/signs/"
    error_message = "wanted incoming/photos/ and incoming/signs/, got ${module.producer.contract.environment.ROUTES}"
  }
}

run "the_deployment_tells_the_command_all_it_needs_and_the_parameter_says_the_same" {
  assert {
    condition = sort(keys(output.deployment)) == sort([
      "name", "environment", "region", "images_bucket", "results_bucket", "functions", "models",
    ])
    error_message = "got ${jsonencode(output.deployment)}"
  }

  assert {
    condition = sort(keys(output.deployment.models.signs)) == sort([
      "family", "prefix", "queue_url", "dlq_url", "mapping_uuid", "labeler",
    ])
    error_message = "got ${jsonencode(output.deployment.models.signs)}"
  }

  assert {
    condition     = aws_ssm_parameter.deployment.name == "/acme-dayshift/test/deployment" && aws_ssm_parameter.deployment.value == jsonencode(output.deployment)
    error_message = "wanted ${jsonencode(output.deployment)} in /acme-dayshift/test/deployment, got ${nonsensitive(aws_ssm_parameter.deployment.value)} in ${aws_ssm_parameter.deployment.name}"
  }
}
