# Least privilege of what starts and stops models: exactly the actions of tests/contract/permissions.json, on what is theirs.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.models["logos"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:logos-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/logos-queue" }
}

override_resource {
  target = module.models["logos"].module.labeler[0].aws_lambda_function.main
  values = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:logos-labeler" }
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models = {
    signs = { family = "rekognition", prefix = "signs/" }
    logos = {
      family = "custom_labels"
      prefix = "logos/"
      target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      power  = "on_deadline"
    }
  }
}

run "start_stop_and_reconcile_have_exactly_the_actions_of_the_contract" {
  assert {
    condition = alltrue([
      for role, function in module.power : toset(flatten(function.contract.statements[*].Action)) == toset(flatten([
        jsondecode(file("../tests/contract/permissions.json")).functions[role].called,
        keys(jsondecode(file("../tests/contract/permissions.json")).functions[role].implied),
        jsondecode(file("../tests/contract/permissions.json")).families_power.custom_labels,
        jsondecode(file("../tests/contract/permissions.json")).promises.on_deadline,
        jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
        jsondecode(file("../tests/contract/permissions.json")).platform.traced,
      ]))
    ])
    error_message = "wanted ${file("../tests/contract/permissions.json")}, got ${jsonencode(flatten(module.power["stop"].contract.statements[*].Action))}"
  }

  assert {
    condition     = join(" ", sort(keys(module.power))) == "reconcile start stop"
    error_message = "got ${jsonencode(keys(module.power))}"
  }
}

run "start_stop_and_reconcile_reach_only_what_is_the_powered_models" {
  assert {
    condition = alltrue([
      for function in module.power : jsonencode({
        for statement in function.contract.statements : statement.Sid => statement.Resource if !contains(["Log", "Trace"], statement.Sid)
        }) == jsonencode({
        CountMessages = ["arn:aws:sqs:eu-west-1:123456789012:logos-queue"]
        FindProjects  = ["*"]
        OpenAndClose  = ["arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:14e0db71-5d35-4eb5-b481-8945cf9d10c2"]
        ReadHistory   = ["*"]
        ReadParameters = [
          "arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models",
          "arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/*",
        ]
        RememberAndSwitch = [
          "arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/*/memory",
          "arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/*/override",
        ]
        SeeVersions          = ["arn:aws:rekognition:eu-west-1:123456789012:project/logos/*"]
        StartAndStopVersions = ["arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"]
      })
    ])
    error_message = "got ${jsonencode(module.power["reconcile"].contract.statements)}"
  }

  assert {
    condition = alltrue([
      for function in module.power : jsonencode([
        for statement in function.contract.statements : statement.Condition if statement.Sid == "OpenAndClose"
      ]) == jsonencode([{ StringEquals = { "lambda:FunctionArn" = ["arn:aws:lambda:eu-west-1:123456789012:function:logos-labeler"] } }])
    ])
    error_message = "wanted mappings of the powered models' labelers only, got ${jsonencode(module.power["reconcile"].contract.statements)}"
  }
}

run "the_backstop_can_do_nothing_but_stop_the_powered_models" {
  assert {
    condition = jsonencode(jsondecode(aws_iam_role_policy.backstop[0].policy).Statement) == jsonencode([{
      Action   = ["rekognition:StopProjectVersion"]
      Effect   = "Allow"
      Resource = ["arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"]
      Sid      = "StopRekognitionStopProjectVersion"
    }])
    error_message = "got ${aws_iam_role_policy.backstop[0].policy}"
  }

  assert {
    condition     = aws_iam_role.backstop[0].assume_role_policy == aws_iam_role.scheduler.assume_role_policy
    error_message = "wanted our schedules of our account only, got ${aws_iam_role.backstop[0].assume_role_policy}"
  }
}

run "a_labeler_of_custom_labels_reads_with_its_own_version_and_cannot_start_it" {
  assert {
    condition = jsonencode([
      for statement in module.models["logos"].labeler_contract.statements : [statement.Action, statement.Resource] if statement.Sid == "Read"
    ]) == jsonencode([[["rekognition:DetectCustomLabels"], ["arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"]]])
    error_message = "got ${jsonencode(module.models["logos"].labeler_contract.statements)}"
  }

  assert {
    condition = length([
      for action in flatten(module.models["logos"].labeler_contract.statements[*].Action) : action
      if length(regexall(":(Start|Stop|SendMessage)", action)) > 0
    ]) == 0
    error_message = "got ${jsonencode(module.models["logos"].labeler_contract.statements)}"
  }
}
