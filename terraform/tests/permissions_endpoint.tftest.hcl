# Least privilege around endpoints: exactly the actions of tests/contract/permissions.json, on what is the model's.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.results.aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::results" }
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models = {
    flowers = {
      family       = "sagemaker"
      prefix       = "flowers/"
      power        = "always_on"
      usd_per_hour = 0.115
      options = {
        endpoint = {
          variants     = { main = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/flowers:1", instance_type = "ml.m5.large" } }
          classes_file = "classes/flowers.txt"
        }
      }
    }
    leaves = {
      family       = "sagemaker"
      prefix       = "leaves/"
      power        = "always_on"
      usd_per_hour = 0.115
      options = {
        endpoint = {
          variants     = { main = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/leaves:1", instance_type = "ml.m5.large" } }
          asynchronous = true
        }
      }
    }
  }
}

run "a_labeler_has_exactly_the_actions_of_the_contract" {
  assert {
    condition = alltrue([
      for name, way in { flowers = "at_once", leaves = "asynchronous" } :
      toset(flatten(module.models[name].labeler_contract.statements[*].Action)) == toset(flatten([
        jsondecode(file("../tests/contract/permissions.json")).functions.labeler.called,
        keys(jsondecode(file("../tests/contract/permissions.json")).functions.labeler.implied),
        jsondecode(file("../tests/contract/permissions.json")).families.sagemaker[way],
        jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
        jsondecode(file("../tests/contract/permissions.json")).platform.traced,
      ]))
    ])
    error_message = "got ${jsonencode({ for name, model in module.models : name => flatten(model.labeler_contract.statements[*].Action) })}"
  }
}

run "a_labeler_asks_its_own_endpoint_and_reads_its_own_classes_or_answers" {
  assert {
    condition = jsonencode({
      for name, model in module.models : name => {
        for statement in model.labeler_contract.statements : statement.Sid => statement.Resource if contains(["Read", "ReadClasses", "KeepAnswers"], statement.Sid)
      }
      }) == jsonencode({
      flowers = {
        Read        = ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/acme-dayshift-test-flowers"]
        ReadClasses = ["arn:aws:s3:::results/_models/flowers/*"]
      }
      leaves = {
        KeepAnswers = ["arn:aws:s3:::results/_async/leaves/*"]
        Read        = ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/acme-dayshift-test-leaves"]
      }
    })
    error_message = "got ${jsonencode({ for name, model in module.models : name => model.labeler_contract.statements })}"
  }

  assert {
    condition     = jsonencode([for name, model in module.models : model.read_statements[*].sid]) == jsonencode([["Read", "ReadClasses"], ["Read", "KeepAnswers"]])
    error_message = "wanted whoever else reads with a model to get the same, got ${jsonencode({ for name, model in module.models : name => model.read_statements })}"
  }
}

run "start_stop_and_reconcile_make_and_delete_the_endpoints_and_nothing_else" {
  assert {
    condition = alltrue([
      for role, function in module.power : toset(flatten(function.contract.statements[*].Action)) == toset(flatten([
        jsondecode(file("../tests/contract/permissions.json")).functions[role].called,
        keys(jsondecode(file("../tests/contract/permissions.json")).functions[role].implied),
        jsondecode(file("../tests/contract/permissions.json")).families_power.sagemaker,
        jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
        jsondecode(file("../tests/contract/permissions.json")).platform.traced,
      ]))
    ])
    error_message = "got ${jsonencode(flatten(module.power["stop"].contract.statements[*].Action))}"
  }

  assert {
    condition = alltrue([
      for function in module.power : jsonencode({
        for statement in function.contract.statements : statement.Sid => statement.Resource if strcontains(jsonencode(statement.Action), "sagemaker:")
        }) == jsonencode({
        CreateAndDeleteEndpoints = [for name in ["flowers", "leaves"] : "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/acme-dayshift-test-${name}"]
        FromConfigurations       = ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint-config/acme-dayshift-test-*"]
      })
    ])
    error_message = "got ${jsonencode(module.power["stop"].contract.statements)}"
  }
}

run "with_a_key_they_may_lend_it_to_the_instances_and_to_nobody_else" {
  variables {
    kms_key = { create = true }
  }

  assert {
    condition = alltrue([
      for function in module.power : jsonencode([for statement in function.contract.statements : statement if statement.Sid == "LetInstancesUseTheKey"]) == jsonencode([{
        Action    = jsondecode(file("../tests/contract/permissions.json")).platform.endpoint_with_a_key
        Condition = { Bool = { "kms:GrantIsForAWSResource" = ["true"] } }
        Effect    = "Allow"
        Resource  = [aws_kms_key.main[0].arn]
        Sid       = "LetInstancesUseTheKey"
      }])
    ])
    error_message = "got ${jsonencode(module.power["start"].contract.statements)}"
  }
}

run "the_backstop_deletes_the_endpoints_without_any_function_of_ours" {
  assert {
    condition = jsonencode({
      for name, model in module.models : name => [model.power.backstops[0].operation, jsondecode(model.power.backstops[0].input)]
      }) == jsonencode({
      flowers = ["arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", { EndpointName = "acme-dayshift-test-flowers" }]
      leaves  = ["arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", { EndpointName = "acme-dayshift-test-leaves" }]
    })
    error_message = "got ${jsonencode({ for name, model in module.models : name => model.power.backstops })}"
  }

  assert {
    condition = jsonencode([for statement in jsondecode(aws_iam_role_policy.backstop[0].policy).Statement : [statement.Action, statement.Resource]]) == jsonencode([[
      ["sagemaker:DeleteEndpoint"],
      [for name in ["flowers", "leaves"] : "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/acme-dayshift-test-${name}"],
    ]])
    error_message = "got ${aws_iam_role_policy.backstop[0].policy}"
  }

  assert {
    condition = (
      jsonencode(jsondecode(aws_iam_role_policy.backstop[0].policy).Statement[0].Condition) ==
      jsonencode({ StringEquals = { "aws:ResourceTag/dayshift:deployment" = "acme-dayshift-test" } })
    )
    error_message = "wanted another deployment's endpoint to be left alone, got ${aws_iam_role_policy.backstop[0].policy}"
  }
}
