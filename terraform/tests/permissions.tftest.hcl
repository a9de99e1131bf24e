# Least privilege: each role holds exactly the actions of tests/contract/permissions.json, on what is its own.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = module.models["signs"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:signs-queue", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/signs-queue" }
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
}

run "each_role_has_exactly_the_actions_of_the_contract" {
  assert {
    condition = alltrue([
      for role, contract in {
        producer = module.producer.contract
        sweep    = module.sweep.contract
        labeler  = module.models["signs"].labeler_contract
        } : toset(flatten(contract.statements[*].Action)) == toset(flatten([
          jsondecode(file("../tests/contract/permissions.json")).functions[role].called,
          keys(jsondecode(file("../tests/contract/permissions.json")).functions[role].implied),
          jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
          jsondecode(file("../tests/contract/permissions.json")).platform.traced,
          role == "labeler" ? values(jsondecode(file("../tests/contract/permissions.json")).families.rekognition) : [],
          role == "labeler" ? [] : jsondecode(file("../tests/contract/permissions.json")).platform.asynchronous,
      ]))
    ])
    error_message = "wanted ${file("../tests/contract/permissions.json")}, got ${jsonencode({
      producer = flatten(module.producer.contract.statements[*].Action)
      sweep    = flatten(module.sweep.contract.statements[*].Action)
      labeler  = flatten(module.models["signs"].labeler_contract.statements[*].Action)
    })}"
  }
}

run "a_model_with_labels_only_may_not_read_text" {
  assert {
    condition     = !contains(flatten(module.models["photos"].labeler_contract.statements[*].Action), "rekognition:DetectText")
    error_message = "got ${jsonencode(flatten(module.models["photos"].labeler_contract.statements[*].Action))}"
  }
}

run "the_labeler_can_send_nothing_and_delete_nothing_but_messages" {
  assert {
    condition = alltrue([
      for action in flatten(module.models["signs"].labeler_contract.statements[*].Action) :
      length(regexall(":(Send|Start|Stop|Update|Pass|DeleteObject|DeleteQueue)", action)) == 0
    ])
    error_message = "got ${jsonencode(flatten(module.models["signs"].labeler_contract.statements[*].Action))}"
  }
}

run "only_actions_without_a_resource_have_a_wildcard" {
  assert {
    condition = alltrue([
      for statement in concat(
        module.producer.contract.statements, module.sweep.contract.statements, module.models["signs"].labeler_contract.statements,
        module.models["logos"].labeler_contract.statements, values(module.power)[*].contract.statements...
        ) : !contains(statement.Resource, "*") || length(setsubtract(
          statement.Action, jsondecode(file("../tests/contract/permissions.json")).without_a_resource_to_name
      )) == 0
    ])
    error_message = "got ${jsonencode(module.models["signs"].labeler_contract.statements)}"
  }
}

run "the_labeler_reads_and_writes_only_what_is_its_models" {
  assert {
    condition = jsonencode({
      for statement in module.models["signs"].labeler_contract.statements : statement.Sid => statement.Resource
      if contains(["TakeMessages", "ReadImages", "ReadRecords", "WriteRecords"], statement.Sid)
      }) == jsonencode({
      ReadImages   = ["arn:aws:s3:::images/incoming/signs/*", "arn:aws:s3:::images/expanded/signs/*"]
      ReadRecords  = ["arn:aws:s3:::results/results/signs/*"]
      TakeMessages = ["arn:aws:sqs:eu-west-1:123456789012:signs-queue"]
      WriteRecords = ["arn:aws:s3:::results/results/signs/*", "arn:aws:s3:::results/csv/signs/*"]
    })
    error_message = "got ${jsonencode(module.models["signs"].labeler_contract.statements)}"
  }
}

run "a_missing_image_version_or_record_reads_as_404" {
  assert {
    condition = alltrue([
      for wanted in ["s3:ListBucket images", "s3:ListBucketVersions images", "s3:ListBucket results"] : contains(flatten([
        for statement in module.models["signs"].labeler_contract.statements : [
          for pair in setproduct(statement.Action, statement.Resource) : "${pair[0]} ${trimprefix(pair[1], "arn:aws:s3:::")}"
        ] if !contains(keys(statement), "Condition")
      ]), wanted)
    ])
    error_message = "wanted to list both buckets under no condition, got ${jsonencode(module.models["signs"].labeler_contract.statements)}"
  }

  assert {
    condition = contains(flatten([
      for statement in module.sweep.contract.statements : statement.Resource
      if contains(statement.Action, "s3:ListBucket") && !contains(keys(statement), "Condition")
    ]), module.results.arn)
    error_message = "wanted the sweep to list the results under no condition, got ${jsonencode(module.sweep.contract.statements)}"
  }
}

run "nothing_but_the_expander_can_write_to_the_images_bucket" {
  assert {
    condition = alltrue([
      for statement in concat(
        module.producer.contract.statements, module.sweep.contract.statements, module.models["signs"].labeler_contract.statements,
        module.models["logos"].labeler_contract.statements, values(module.power)[*].contract.statements...
      ) : !contains(statement.Action, "s3:PutObject") || alltrue([for arn in statement.Resource : startswith(arn, "arn:aws:s3:::results/")])
    ])
    error_message = "wanted s3:PutObject on the results bucket alone, got ${jsonencode(module.sweep.contract.statements)}"
  }

  assert {
    condition = jsonencode([
      for arn in flatten([for statement in module.expander.contract.statements : statement.Resource if contains(statement.Action, "s3:PutObject")]) :
      arn if startswith(arn, "arn:aws:s3:::images/")
    ]) == jsonencode(["arn:aws:s3:::images/expanded/*"])
    error_message = "wanted the expander to write under expanded/ alone, got ${jsonencode(module.expander.contract.statements)}"
  }
}
