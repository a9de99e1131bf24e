# With a key of one's own, and without.

mock_provider "aws" {
  source = "./tests/mocks"
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
      power  = "office_hours"
      hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
    }
  }
}

run "without_a_key_sqs_encrypts_and_no_role_may_use_kms" {
  assert {
    condition = output.kms_key_arn == null && alltrue([
      for queue in [aws_sqs_queue.failed_events, aws_sqs_queue.archives, aws_sqs_queue.dead_archives] : queue.sqs_managed_sse_enabled == true
    ])
    error_message = "wanted SSE-SQS and no key, got ${jsonencode(aws_sqs_queue.failed_events)}"
  }

  assert {
    condition = length([
      for action in flatten(concat(
        module.producer.contract.statements, module.expander.contract.statements, module.sweep.contract.statements,
        module.models["signs"].labeler_contract.statements,
        module.power["stop"].contract.statements, jsondecode(aws_iam_role_policy.scheduler.policy).Statement,
        jsondecode(aws_iam_role_policy.backstop[0].policy).Statement,
      )[*].Action) : action if startswith(action, "kms:")
    ]) == 0
    error_message = "wanted no kms action, got ${jsonencode(module.producer.contract.statements)}"
  }
}

run "with_a_key_every_role_may_use_that_key_and_no_other" {
  variables {
    kms_key = { create = true }
  }

  assert {
    condition = alltrue([
      for statements in [
        module.producer.contract.statements, module.expander.contract.statements, module.sweep.contract.statements,
        module.models["signs"].labeler_contract.statements,
        module.power["stop"].contract.statements, jsondecode(aws_iam_role_policy.scheduler.policy).Statement,
        ] : [for statement in statements : { actions = sort(statement.Action), resources = statement.Resource } if statement.Sid == "UseTheKey"] == [{
          actions                                    = sort(jsondecode(file("../tests/contract/permissions.json")).platform.with_a_key)
          resources                                  = [aws_kms_key.main[0].arn]
      }]
    ])
    error_message = "wanted UseTheKey once in each role, got ${jsonencode(module.producer.contract.statements)} and ${aws_iam_role_policy.scheduler.policy}"
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.archives, aws_sqs_queue.dead_archives] : queue.kms_master_key_id == aws_kms_key.main[0].arn])
    error_message = "wanted ${aws_kms_key.main[0].arn}, got ${jsonencode([aws_sqs_queue.archives, aws_sqs_queue.dead_archives])}"
  }

  assert {
    condition     = aws_sqs_queue.failed_events.kms_master_key_id == aws_kms_key.main[0].arn && aws_scheduler_schedule.sweep.kms_key_arn == aws_kms_key.main[0].arn
    error_message = "wanted ${aws_kms_key.main[0].arn}, got ${jsonencode(aws_sqs_queue.failed_events)}"
  }
}

run "with_a_key_the_backstop_may_read_its_own_schedule_and_no_more" {
  variables {
    kms_key = { create = true }
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.backstop[0].policy).Statement : statement
      if statement.Sid == "ReadTheSchedule"
    ]) == jsonencode([{ Action = ["kms:Decrypt"], Effect = "Allow", Resource = [aws_kms_key.main[0].arn], Sid = "ReadTheSchedule" }])
    error_message = "got ${aws_iam_role_policy.backstop[0].policy}"
  }

  assert {
    condition     = aws_scheduler_schedule.tick[0].kms_key_arn == aws_kms_key.main[0].arn
    error_message = "wanted ${aws_kms_key.main[0].arn}, got ${jsonencode(aws_scheduler_schedule.tick[0])}"
  }
}

run "the_key_we_make_rotates_and_trusts_the_account_and_the_logs_of_what_is_ours" {
  variables {
    kms_key = { create = true }
  }

  assert {
    condition     = aws_kms_key.main[0].enable_key_rotation == true
    error_message = "wanted rotation, got ${jsonencode(aws_kms_key.main[0])}"
  }

  assert {
    condition = jsonencode(jsondecode(aws_kms_key.main[0].policy).Statement[*].Principal) == jsonencode([
      { AWS = "arn:aws:iam::123456789012:root" }, { Service = "logs.eu-west-1.amazonaws.com" }, { Service = "cloudwatch.amazonaws.com" },
    ])
    error_message = "got ${aws_kms_key.main[0].policy}"
  }

  assert {
    condition = (
      join(" ", jsondecode(aws_kms_key.main[0].policy).Statement[1].Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"]) ==
      join(" ", [for root in ["/aws/lambda", "/aws/sagemaker/Endpoints", "/aws/vendedlogs", "/dayshift"] : "arn:aws:logs:eu-west-1:123456789012:log-group:${root}/acme-dayshift-test-*"])
    )
    error_message = "got ${aws_kms_key.main[0].policy}"
  }
}

run "a_key_that_is_given_is_used_and_none_is_made" {
  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab" }
  }

  assert {
    condition     = length(aws_kms_key.main) == 0 && output.kms_key_arn == "arn:aws:kms:eu-west-1:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab"
    error_message = "wanted the given key, got ${jsonencode(output.kms_key_arn)} and ${length(aws_kms_key.main)} keys made"
  }
}
