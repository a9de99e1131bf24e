# Least privilege of the API: exactly the actions of tests/contract/permissions.json, on what is its own.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.models["logos"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:logos-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/logos-queue" }
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
  package_file = "./tests/mocks/package.txt"
  models = {
    signs  = { family = "rekognition", prefix = "signs/" }
    photos = { family = "rekognition", prefix = "photos/", options = { features = ["labels"] } }
    logos = {
      family = "custom_labels"
      prefix = "logos/"
      target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000"
      power  = "on_deadline"
    }
  }
  api = {}
}

run "the_api_has_exactly_the_actions_of_the_contract" {
  assert {
    condition = toset(flatten(module.api[0].contract.statements[*].Action)) == toset(flatten([
      jsondecode(file("../tests/contract/permissions.json")).functions.api.called,
      keys(jsondecode(file("../tests/contract/permissions.json")).functions.api.implied),
      values(jsondecode(file("../tests/contract/permissions.json")).families.rekognition),
      values(jsondecode(file("../tests/contract/permissions.json")).families.custom_labels),
      jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
      jsondecode(file("../tests/contract/permissions.json")).platform.traced,
    ]))
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/permissions.json")).functions.api)}, got ${jsonencode(flatten(module.api[0].contract.statements[*].Action))}"
  }
}

run "the_api_reaches_only_what_is_its_own_and_a_family_is_one_statement" {
  assert {
    condition = jsonencode({
      for statement in module.api[0].contract.statements : statement.Sid => statement.Resource if !contains(["Log", "Trace"], statement.Sid)
      }) == jsonencode({
      Count         = ["arn:aws:dynamodb:eu-west-1:123456789012:table/mocked"]
      CountMessages = ["arn:aws:sqs:eu-west-1:123456789012:logos-queue"]
      Override      = ["arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/*/override"]
      ReadCustomLabels = [
        "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/v1/1793612467000",
      ]
      ReadParameters = [
        "arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/acme-dayshift/test/models/*",
      ]
      ReadRecordsAndIndex      = ["arn:aws:s3:::results/results/*", "arn:aws:s3:::results/csv/*", "arn:aws:s3:::results/_models/*"]
      ReadRekognition          = ["*"]
      TakeImages               = ["arn:aws:s3:::images/incoming/*"]
      TellMissingFromForbidden = ["arn:aws:s3:::images", "arn:aws:s3:::results"]
    })
    error_message = "got ${jsonencode(module.api[0].contract.statements)}"
  }

  assert {
    condition = jsonencode([
      for statement in module.api[0].contract.statements : sort(statement.Action) if startswith(statement.Sid, "Read") && statement.Sid != "ReadParameters" && statement.Sid != "ReadRecordsAndIndex"
    ]) == jsonencode([["rekognition:DetectCustomLabels"], ["rekognition:DetectLabels", "rekognition:DetectText"]])
    error_message = "got ${jsonencode(module.api[0].contract.statements)}"
  }
}

run "where_nothing_is_powered_the_api_may_neither_read_nor_write_parameters" {
  variables {
    models = { signs = { family = "rekognition", prefix = "signs/" } }
  }

  assert {
    condition     = length([for action in flatten(module.api[0].contract.statements[*].Action) : action if length(regexall("^(ssm|sqs):", action)) > 0]) == 0
    error_message = "got ${jsonencode(module.api[0].contract.statements)}"
  }
}

run "the_api_is_entered_and_told_as_the_contract_says" {
  assert {
    condition = (
      module.api[0].contract.handler == "dayshift.handlers.api.handle" && module.api[0].contract.timeout_seconds == 29 &&
      module.api[0].contract.environment.AUTHENTICATION == "iam" && module.api[0].contract.environment.IMAGES_A_DAY == "1000" &&
      module.api[0].contract.environment.COUNTS_TABLE == "acme-dayshift-test-api-counts" &&
      module.api[0].contract.environment.PARAMETERS == "/acme-dayshift/test/models" && module.api[0].contract.retries == null
    )
    error_message = "got ${jsonencode(module.api[0].contract)}"
  }
}

run "the_index_tells_of_every_model_what_its_labeler_is_told_and_where_it_waits" {
  assert {
    condition = jsonencode([
      for model in jsondecode(aws_s3_object.index[0].content) : { for key, value in model : key => value if key != "queue_url" && key != "power" }
    ]) == jsonencode([for name in ["logos", "photos", "signs"] : jsondecode(module.models[name].labeler_contract.environment.MODEL)])
    error_message = "got ${aws_s3_object.index[0].content}"
  }

  assert {
    condition = jsonencode([
      for model in jsondecode(aws_s3_object.index[0].content) : [model.power, model.queue_url]
    ]) == jsonencode([for name in ["logos", "photos", "signs"] : [var.models[name].power, module.models[name].queue_url]])
    error_message = "got ${aws_s3_object.index[0].content}"
  }

  assert {
    condition = (
      aws_s3_object.index[0].key == "_models/index-${substr(sha256(aws_s3_object.index[0].content), 0, 8)}.json" &&
      module.api[0].contract.environment.MODELS_KEY == aws_s3_object.index[0].key && aws_s3_object.index[0].bucket == module.results.name
    )
    error_message = "got ${aws_s3_object.index[0].key} and ${jsonencode(module.api[0].contract.environment)}"
  }
}

run "the_table_of_counts_costs_nothing_while_nobody_calls_and_forgets" {
  assert {
    condition = (
      aws_dynamodb_table.counts[0].billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.counts[0].hash_key == "caller" && aws_dynamodb_table.counts[0].range_key == "day" &&
      aws_dynamodb_table.counts[0].ttl[0].enabled && aws_dynamodb_table.counts[0].ttl[0].attribute_name == "expires_at" &&
      aws_dynamodb_table.counts[0].point_in_time_recovery[0].enabled
    )
    error_message = "got ${jsonencode(aws_dynamodb_table.counts[0])}"
  }
}

run "with_a_key_table_log_and_index_are_encrypted_with_it" {
  variables {
    kms_key = { create = true }
  }

  assert {
    condition = (
      aws_dynamodb_table.counts[0].server_side_encryption[0].kms_key_arn == aws_kms_key.main[0].arn &&
      aws_cloudwatch_log_group.api[0].kms_key_id == aws_kms_key.main[0].arn && aws_s3_object.index[0].kms_key_id == aws_kms_key.main[0].arn
    )
    error_message = "got ${jsonencode(aws_dynamodb_table.counts[0].server_side_encryption)}"
  }

  assert {
    condition = contains(
      jsondecode(aws_kms_key.main[0].policy).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"],
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/acme-dayshift-test-*",
    )
    error_message = "got ${aws_kms_key.main[0].policy}"
  }

  assert {
    condition     = length([for statement in module.api[0].contract.statements : statement if statement.Sid == "UseTheKey"]) == 1
    error_message = "got ${jsonencode(module.api[0].contract.statements)}"
  }
}
