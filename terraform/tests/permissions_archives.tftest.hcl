# Least privilege around archives: what the expander may do, and who may send it work.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_sqs_queue.archives
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:archives", url = "https://sqs.eu-west-1.amazonaws.com/123456789012/archives" }
}

override_resource {
  target = module.models["signs"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:signs-queue" }
}

override_resource {
  target = module.models["photos"].aws_sqs_queue.main
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:photos-queue" }
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
    photos = { family = "rekognition", prefix = "photos/" }
  }
}

run "the_expander_has_exactly_the_actions_of_the_contract" {
  assert {
    condition = toset(flatten(module.expander.contract.statements[*].Action)) == toset(flatten([
      jsondecode(file("../tests/contract/permissions.json")).functions.expander.called,
      keys(jsondecode(file("../tests/contract/permissions.json")).functions.expander.implied),
      jsondecode(file("../tests/contract/permissions.json")).platform.every_function,
      jsondecode(file("../tests/contract/permissions.json")).platform.traced,
    ]))
    error_message = "wanted ${jsonencode(jsondecode(file("../tests/contract/permissions.json")).functions.expander)}, got ${jsonencode(flatten(module.expander.contract.statements[*].Action))}"
  }
}

run "the_expander_reads_what_was_uploaded_and_writes_beside_it_never_over_it" {
  assert {
    condition = jsonencode({
      for statement in module.expander.contract.statements : statement.Sid => statement.Resource if !contains(["Log", "Trace"], statement.Sid)
      }) == jsonencode({
      Enqueue                  = ["arn:aws:sqs:eu-west-1:123456789012:photos-queue", "arn:aws:sqs:eu-west-1:123456789012:signs-queue"]
      ReadArchives             = ["arn:aws:s3:::images/incoming/*"]
      ReadRecordsAndManifests  = ["arn:aws:s3:::results/results/*", "arn:aws:s3:::results/archives/*"]
      TakeMessages             = ["arn:aws:sqs:eu-west-1:123456789012:archives"]
      TellMissingFromForbidden = ["arn:aws:s3:::images"]
      TellMissingRecords       = ["arn:aws:s3:::results"]
      WriteImages              = ["arn:aws:s3:::images/expanded/*"]
      WriteRecordsAndManifests = ["arn:aws:s3:::results/results/*", "arn:aws:s3:::results/csv/*", "arn:aws:s3:::results/archives/*"]
    })
    error_message = "got ${jsonencode(module.expander.contract.statements)}"
  }
}

run "the_expander_can_neither_feed_its_own_queue_nor_delete_anything_but_messages" {
  assert {
    condition = alltrue([
      for statement in module.expander.contract.statements : alltrue([
        for pair in setproduct(statement.Action, statement.Resource) :
        !endswith(pair[0], ":SendMessage") || !endswith(pair[1], ":archives")
      ])
    ])
    error_message = "got ${jsonencode(module.expander.contract.statements)}"
  }

  assert {
    condition = length([
      for action in flatten(module.expander.contract.statements[*].Action) : action
      if length(regexall(":(Delete|Start|Stop|Update|Pass|Invoke)", action)) > 0 && action != "sqs:DeleteMessage"
    ]) == 0
    error_message = "got ${jsonencode(flatten(module.expander.contract.statements[*].Action))}"
  }
}

run "what_is_expanded_is_out_of_reach_of_what_notifies" {
  assert {
    condition = alltrue(flatten([
      for statement in module.expander.contract.statements : [
        for arn in statement.Resource : !startswith(arn, "arn:aws:s3:::images/${aws_s3_bucket_notification.images.lambda_function[0].filter_prefix}")
      ] if contains(statement.Action, "s3:PutObject")
    ]))
    error_message = "wanted no write under ${aws_s3_bucket_notification.images.lambda_function[0].filter_prefix}, got ${jsonencode(module.expander.contract.statements)}"
  }
}

run "a_missing_archive_image_manifest_or_record_reads_as_404" {
  assert {
    condition = alltrue([
      for wanted in ["s3:ListBucket images", "s3:ListBucketVersions images", "s3:ListBucket results"] : contains(flatten([
        for statement in module.expander.contract.statements : [
          for pair in setproduct(statement.Action, statement.Resource) : "${pair[0]} ${trimprefix(pair[1], "arn:aws:s3:::")}"
        ] if !contains(keys(statement), "Condition")
      ]), wanted)
    ])
    error_message = "wanted to list both buckets under no condition, got ${jsonencode(module.expander.contract.statements)}"
  }
}

run "producer_and_sweep_may_send_archives_and_the_sweep_sees_manifests_and_what_was_expanded" {
  assert {
    condition = alltrue([
      for contract in [module.producer.contract, module.sweep.contract] : contains(flatten([
        for statement in contract.statements : statement.Resource if contains(statement.Action, "sqs:SendMessage")
      ]), "arn:aws:sqs:eu-west-1:123456789012:archives") && contract.environment.ARCHIVES_QUEUE_URL == "https://sqs.eu-west-1.amazonaws.com/123456789012/archives"
    ])
    error_message = "got ${jsonencode(module.producer.contract.statements)} and ${jsonencode(module.sweep.contract.statements)}"
  }

  assert {
    condition = jsonencode([
      for statement in module.sweep.contract.statements : statement.Condition if statement.Sid == "ListImages"
    ]) == jsonencode([{ StringLike = { "s3:prefix" = ["incoming/*", "expanded/*"] } }])
    error_message = "got ${jsonencode(module.sweep.contract.statements)}"
  }

  assert {
    condition = contains(flatten([
      for statement in module.sweep.contract.statements : statement.Resource if contains(statement.Action, "s3:GetObject")
    ]), "arn:aws:s3:::results/archives/*")
    error_message = "got ${jsonencode(module.sweep.contract.statements)}"
  }
}

run "no_labeler_reads_what_was_expanded_for_another_model" {
  assert {
    condition = jsonencode([
      for name in ["photos", "signs"] : [for statement in module.models[name].labeler_contract.statements : statement.Resource if statement.Sid == "ReadImages"]
      ]) == jsonencode([
      for name in ["photos", "signs"] : [["arn:aws:s3:::images/incoming/${name}/*", "arn:aws:s3:::images/expanded/${name}/*"]]
    ])
    error_message = "got ${jsonencode(module.models["photos"].labeler_contract.statements)}"
  }
}
