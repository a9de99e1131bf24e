# Least privilege around jobs: exactly the actions of tests/contract/permissions.json, on what is the model's; and nothing that
# could leave this account but the rights that one signed URL holds.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.models["pictures"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:pictures-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures-queue" }
}

override_resource {
  target = module.models["scans"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:scans-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/scans-queue" }
}

override_resource {
  target = aws_sqs_queue.archives
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:archives", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/archives" }
}

override_resource {
  target = module.images.aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::images" }
}

override_resource {
  target = module.results.aws_s3_bucket.main
  values = { arn = "arn:aws:s3:::results" }
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  api          = {}
  package_file = "./tests/mocks/package.txt"
  models = {
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
      power  = "office_hours"
      hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
      options = {
        job = {
          budget_usd           = 2
          maximum_usd_per_hour = 0.74
          batch_transform      = { model_name = "Scans-1", instance_type = "ml.g4dn.xlarge", classes_file = "classes/flowers.txt" }
        }
      }
    }
  }
}

run "the_function_of_jobs_has_exactly_the_actions_of_the_contract" {
  assert {
    condition = alltrue([
      for name, more in {
        pictures = jsondecode(file("../tests/contract/permissions.json")).jobs.proximl
        scans = concat(
          jsondecode(file("../tests/contract/permissions.json")).jobs.batch_transform,
          jsondecode(file("../tests/contract/permissions.json")).jobs.gated,
        )
        } : toset(flatten(module.models[name].jobs_contract.statements[*].Action)) == toset(flatten([
          jsondecode(file("../tests/contract/permissions.json")).functions.jobs.called,
          keys(jsondecode(file("../tests/contract/permissions.json")).functions.jobs.implied),
          jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
          jsondecode(file("../tests/contract/permissions.json")).platform.traced,
          more,
      ]))
    ])
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/permissions.json")).jobs)}, got ${jsonencode({ for name in ["pictures", "scans"] : name => sort(flatten(module.models[name].jobs_contract.statements[*].Action)) })}"
  }
}

run "it_reads_its_models_images_and_writes_its_models_results" {
  assert {
    condition = jsonencode({
      for statement in module.models["pictures"].jobs_contract.statements : statement.Sid => statement.Resource if !contains(["Log", "Trace"], statement.Sid)
      }) == jsonencode({
      DecryptItsKey            = ["arn:aws:kms:eu-west-1:123456789012:key/*"]
      EnterTheService          = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme/proximl/user", "arn:aws:ssm:eu-west-1:123456789012:parameter/acme/proximl/key"]
      KeepBookAndFiles         = ["arn:aws:s3:::results/jobs/pictures/*", "arn:aws:s3:::results/job-files/pictures/*"]
      ReadImages               = ["arn:aws:s3:::images/incoming/pictures/*", "arn:aws:s3:::images/expanded/pictures/*"]
      ReadManifests            = ["arn:aws:s3:::results/archives/pictures/*"]
      ReadRecords              = ["arn:aws:s3:::results/results/pictures/*"]
      TakeMessages             = ["arn:aws:sqs:eu-west-1:123456789012:pictures-queue"]
      TellMissingFromForbidden = ["arn:aws:s3:::images"]
      TellMissingRecords       = ["arn:aws:s3:::results"]
      TellOfArchives           = ["arn:aws:sqs:eu-west-1:123456789012:archives"]
      WriteRecords             = ["arn:aws:s3:::results/results/pictures/*", "arn:aws:s3:::results/csv/pictures/*"]
    })
    error_message = "got ${jsonencode(module.models["pictures"].jobs_contract.statements)}"
  }
}

run "any_key_decrypts_for_it_those_two_secrets_and_by_ssm_alone" {
  assert {
    condition = jsonencode([for statement in module.models["pictures"].jobs_contract.statements : statement.Condition if statement.Sid == "DecryptItsKey"]) == jsonencode([{
      StringEquals = {
        "kms:EncryptionContext:PARAMETER_ARN" = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme/proximl/user", "arn:aws:ssm:eu-west-1:123456789012:parameter/acme/proximl/key"]
        "kms:ViaService"                      = ["ssm.eu-west-1.amazonaws.com"]
      }
    }])
    error_message = "got ${jsonencode(module.models["pictures"].jobs_contract.statements)}"
  }
}

run "names_of_classes_are_read_where_there_are_any" {
  assert {
    condition = jsonencode({
      for name in ["pictures", "scans"] : name => [
        for statement in module.models[name].jobs_contract.statements : statement.Resource if statement.Sid == "ReadClasses"
      ]
    }) == jsonencode({ pictures = [], scans = [["arn:aws:s3:::results/_models/scans/*"]] })
    error_message = "got ${jsonencode(module.models["scans"].jobs_contract.statements)}"
  }
}

run "batch_transform_begins_jobs_of_this_model_on_these_machines_and_no_role_is_passed" {
  assert {
    condition = jsonencode({
      for statement in module.models["scans"].jobs_contract.statements : statement.Sid => [statement.Resource, try(statement.Condition, null)] if endswith(statement.Sid, "Transforms")
      }) == jsonencode({
      BeginTransforms = [
        ["arn:aws:sagemaker:eu-west-1:123456789012:transform-job/*-acme-dayshift-test-scans*"],
        {
          ArnEquals                   = { "sagemaker:ModelArn" = ["arn:aws:sagemaker:eu-west-1:123456789012:model/Scans-1", "arn:aws:sagemaker:eu-west-1:123456789012:model/scans-1"] }
          "ForAllValues:StringEquals" = { "sagemaker:InstanceTypes" = ["ml.g4dn.xlarge"] }
        },
      ]
      FollowTransforms = [["arn:aws:sagemaker:eu-west-1:123456789012:transform-job/*-acme-dayshift-test-scans*"], null]
    })
    error_message = "got ${jsonencode(module.models["scans"].jobs_contract.statements)}"
  }

  assert {
    condition     = length([for action in flatten(module.models["scans"].jobs_contract.statements[*].Action) : action if startswith(action, "iam:")]) == 0
    error_message = "got ${jsonencode(module.models["scans"].jobs_contract.statements)}"
  }
}

run "it_can_neither_feed_its_own_queue_nor_touch_what_was_uploaded" {
  assert {
    condition = alltrue(flatten([
      for name in ["pictures", "scans"] : [
        for statement in module.models[name].jobs_contract.statements : [
          for pair in setproduct(statement.Action, statement.Resource) :
          (!endswith(pair[0], ":SendMessage") || endswith(pair[1], ":archives")) &&
          (pair[0] != "s3:PutObject" || startswith(pair[1], "arn:aws:s3:::results/"))
        ]
      ]
    ]))
    error_message = "got ${jsonencode(module.models["pictures"].jobs_contract.statements)}"
  }

  assert {
    condition = length([
      for action in flatten([for name in ["pictures", "scans"] : module.models[name].jobs_contract.statements[*].Action]) : action
      if length(regexall(":(Delete|Start|Update|Pass|Invoke)", action)) > 0 && action != "sqs:DeleteMessage"
    ]) == 0
    error_message = "got ${jsonencode(module.models["scans"].jobs_contract.statements)}"
  }
}

run "the_role_of_a_sagemaker_model_is_told_to_read_copies_and_to_write_answers" {
  assert {
    condition     = keys(output.transform_policies) == ["scans"]
    error_message = "got ${jsonencode(output.transform_policies)}"
  }

  assert {
    condition = jsonencode({ for statement in jsondecode(output.transform_policies.scans).Statement : statement.Sid => [statement.Action, statement.Resource] }) == jsonencode({
      FindTheBucket = [["s3:ListBucket"], ["arn:aws:s3:::results"]]
      ReadImages    = [["s3:GetObject"], ["arn:aws:s3:::results/job-files/scans/*/input/*", "arn:aws:s3:::results/job-files/scans/*/input.manifest"]]
      WriteAnswers  = [["s3:AbortMultipartUpload", "s3:PutObject"], ["arn:aws:s3:::results/job-files/scans/*/output/*"]]
    })
    error_message = "got ${output.transform_policies.scans}"
  }
}

run "start_stop_and_reconcile_have_a_gate_and_nothing_of_the_service" {
  assert {
    condition = alltrue([
      for function in module.power : jsonencode({
        for statement in function.contract.statements : statement.Sid => statement.Resource if startswith(statement.Sid, "OpenAndClose")
      }) == jsonencode({ OpenAndCloseGates = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/scans/gate"] })
    ])
    error_message = "got ${jsonencode(module.power["reconcile"].contract.statements)}"
  }

  assert {
    condition     = length([for action in flatten(module.power["stop"].contract.statements[*].Action) : action if startswith(action, "sagemaker:")]) == 0
    error_message = "got ${jsonencode(module.power["stop"].contract.statements)}"
  }
}

run "the_sweep_sees_the_books_and_nobody_else_the_files" {
  assert {
    condition = jsonencode([
      for statement in module.sweep.contract.statements : statement.Resource if statement.Sid == "ReadRecordsManifestsAndLedger"
    ]) == jsonencode([["arn:aws:s3:::results/results/*", "arn:aws:s3:::results/archives/*", "arn:aws:s3:::results/_ledger/*", "arn:aws:s3:::results/jobs/*"]])
    error_message = "got ${jsonencode(module.sweep.contract.statements)}"
  }

  assert {
    condition = alltrue([
      for contract in [module.sweep.contract, module.expander.contract, module.producer.contract, module.api[0].contract] :
      length([for arn in flatten(contract.statements[*].Resource) : arn if strcontains(arn, "job-files")]) == 0
    ])
    error_message = "got ${jsonencode(module.sweep.contract.statements)}"
  }
}
