# The seam with the Lambda package: names in the environment, handlers and permissions, as tests/contract has them.
# Applied on mocks, since a plan does not know a queue's URL and hides the whole environment with it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  api          = {}
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models = {
    signs  = { family = "rekognition", prefix = "signs/" }
    photos = { family = "rekognition", prefix = "photos/", options = { features = ["labels"] } }
    logos = {
      family = "custom_labels"
      prefix = "logos/"
      target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      power  = "office_hours"
      hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
    }
    flowers = {
      family       = "sagemaker"
      prefix       = "flowers/"
      power        = "always_on"
      usd_per_hour = 0.115
      options = {
        endpoint = { variants = { main = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/flowers:1", instance_type = "ml.m5.large" } } }
      }
    }
    pictures = {
      family = "gpu_job"
      prefix = "pictures/"
      options = {
        job = {
          budget_usd           = 2
          maximum_usd_per_hour = 0.6
          proximl = {
            user_parameter = "/acme/proximl/user"
            key_parameter  = "/acme/proximl/key"
            gpu_types      = ["rtx3090"]
            command        = "python classify.py"
            model_git      = "https://github.com/acme/pictures.git"
          }
        }
      }
    }
    scans = {
      family = "gpu_job"
      prefix = "scans/"
      options = {
        job = {
          budget_usd           = 2
          maximum_usd_per_hour = 0.74
          batch_transform      = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge" }
        }
      }
    }
  }
}

run "every_function_is_told_exactly_what_it_reads" {
  assert {
    condition = alltrue([
      for role, contract in {
        producer  = module.producer.contract
        expander  = module.expander.contract
        sweep     = module.sweep.contract
        labeler   = module.models["signs"].labeler_contract
        jobs      = module.models["pictures"].jobs_contract
        start     = module.power["start"].contract
        stop      = module.power["stop"].contract
        reconcile = module.power["reconcile"].contract
        api       = module.api[0].contract
        } : sort(keys(contract.environment)) == sort(concat(
          jsondecode(file("../tests/contract/environment.json")).every_function,
          jsondecode(file("../tests/contract/environment.json")).functions[role].variables,
      ))
    ])
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/environment.json")).functions)}, got ${jsonencode({
      producer = keys(module.producer.contract.environment)
      expander = keys(module.expander.contract.environment)
      sweep    = keys(module.sweep.contract.environment)
      labeler  = keys(module.models["signs"].labeler_contract.environment)
      jobs     = keys(module.models["pictures"].jobs_contract.environment)
      api      = keys(module.api[0].contract.environment)
      power    = { for role, function in module.power : role => keys(function.contract.environment) }
    })}"
  }
}

run "every_function_is_entered_where_the_package_has_a_door" {
  assert {
    condition = jsonencode({
      jobs      = module.models["pictures"].jobs_contract.handler
      labeler   = module.models["signs"].labeler_contract.handler
      producer  = module.producer.contract.handler
      expander  = module.expander.contract.handler
      sweep     = module.sweep.contract.handler
      start     = module.power["start"].contract.handler
      stop      = module.power["stop"].contract.handler
      reconcile = module.power["reconcile"].contract.handler
      api       = module.api[0].contract.handler
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
    condition = alltrue([
      for name, family in { signs = "rekognition", logos = "custom_labels", flowers = "sagemaker" } :
      sort(keys(jsondecode(module.models[name].labeler_contract.environment.MODEL).options)) ==
      sort(jsondecode(file("../tests/contract/environment.json")).options[family])
    ])
    error_message = "MODEL.options: got ${module.models["signs"].labeler_contract.environment.MODEL} and ${module.models["logos"].labeler_contract.environment.MODEL} and ${module.models["flowers"].labeler_contract.environment.MODEL}"
  }

  assert {
    condition = (
      sort(keys(module.models["logos"].power.spec)) == sort(jsondecode(file("../tests/contract/environment.json")).shapes.spec) &&
      sort(keys(module.models["logos"].power.spec.hours)) == sort(jsondecode(file("../tests/contract/environment.json")).shapes.hours)
    )
    error_message = "spec: got ${jsonencode(module.models["logos"].power.spec)}"
  }

  assert {
    condition = alltrue([
      for route in jsondecode(module.producer.contract.environment.ROUTES) :
      sort(keys(route)) == sort(jsondecode(file("../tests/contract/environment.json")).shapes.ROUTES)
    ])
    error_message = "ROUTES: got ${module.producer.contract.environment.ROUTES}"
  }

  assert {
    condition = alltrue([
      for model in jsondecode(aws_s3_object.index[0].content) :
      sort(keys(model)) == sort(jsondecode(file("../tests/contract/environment.json")).shapes.MODELS)
    ])
    error_message = "the object at MODELS_KEY: got ${aws_s3_object.index[0].content}"
  }
}

run "a_job_has_the_options_of_every_service_and_those_of_its_own" {
  assert {
    condition = alltrue([
      for name, service in { pictures = "proximl", scans = "batch_transform" } :
      sort(keys(jsondecode(module.models[name].jobs_contract.environment.MODEL).options)) == sort(concat(
        jsondecode(file("../tests/contract/environment.json")).job_options.every_service,
        jsondecode(file("../tests/contract/environment.json")).job_options[service],
      ))
    ])
    error_message = "MODEL.options: got ${module.models["pictures"].jobs_contract.environment.MODEL} and ${module.models["scans"].jobs_contract.environment.MODEL}"
  }
}

run "producer_sweep_and_expander_route_alike_and_to_whole_prefixes" {
  assert {
    condition = alltrue([
      for contract in [module.sweep.contract, module.expander.contract] : contract.environment.ROUTES == module.producer.contract.environment.ROUTES
    ])
    error_message = "wanted equal routes, got ${module.producer.contract.environment.ROUTES}, ${module.sweep.contract.environment.ROUTES} and ${module.expander.contract.environment.ROUTES}"
  }

  assert {
    condition     = join(" ", [for route in jsondecode(module.producer.contract.environment.ROUTES) : route.prefix]) == "incoming/flowers/ incoming/logos/ incoming/photos/ incoming/pictures/ incoming/scans/ incoming/signs/"
    error_message = "wanted every model's folder, got ${module.producer.contract.environment.ROUTES}"
  }
}

run "the_deployment_tells_the_command_all_it_needs_and_the_parameter_says_the_same" {
  assert {
    condition = sort(keys(output.deployment)) == sort([
      "name", "environment", "region", "images_bucket", "results_bucket", "functions", "api_url", "archives", "models",
    ])
    error_message = "got ${jsonencode(output.deployment)}"
  }

  assert {
    condition = sort(keys(output.deployment.models.signs)) == sort([
      "family", "prefix", "queue_url", "queue_name", "dlq_url", "mapping_uuid", "labeler", "power", "parameters",
    ])
    error_message = "got ${jsonencode(output.deployment.models.signs)}"
  }

  assert {
    condition = (
      sort(keys(output.deployment.models.pictures)) == sort(concat(keys(output.deployment.models.signs), ["jobs"])) &&
      output.deployment.models.pictures.jobs == module.models["pictures"].jobs.name && output.deployment.models.pictures.labeler == null &&
      output.deployment.models.pictures.mapping_uuid == null
    )
    error_message = "wanted a function of jobs and neither labeler nor mapping, got ${jsonencode(output.deployment.models.pictures)}"
  }

  assert {
    condition = jsonencode([
      for name in ["signs", "logos"] : [output.deployment.models[name].power, output.deployment.models[name].parameters]
    ]) == jsonencode([[null, null], ["office_hours", "/acme-dayshift/test/models/logos"]])
    error_message = "got ${jsonencode(output.deployment.models)}"
  }

  assert {
    condition = output.deployment.archives == {
      queue_url    = aws_sqs_queue.archives.url
      dlq_url      = aws_sqs_queue.dead_archives.url
      mapping_uuid = aws_lambda_event_source_mapping.archives.uuid
      expander     = module.expander.name
    }
    error_message = "got ${jsonencode(output.deployment.archives)}"
  }

  assert {
    condition     = sort(keys(output.deployment.functions)) == sort(["producer", "sweep", "start", "stop", "reconcile", "api"])
    error_message = "got ${jsonencode(output.deployment.functions)}"
  }

  assert {
    condition     = aws_ssm_parameter.deployment.name == "/acme-dayshift/test/deployment" && aws_ssm_parameter.deployment.value == jsonencode(output.deployment)
    error_message = "wanted ${jsonencode(output.deployment)} in /acme-dayshift/test/deployment, got ${nonsensitive(aws_ssm_parameter.deployment.value)} in ${aws_ssm_parameter.deployment.name}"
  }
}
