# The bucket and the function by themselves.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                     = "acme-test-images"
  expire_old_versions_days = 30
  description              = "A function."
  handler                  = "dayshift.handlers.producer.handle"
  memory_mb                = 256
  timeout_seconds          = 30
  environment              = {}
  statements               = []
  failed_events            = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:failed-events" }

  settings = {
    package_file       = "./tests/mocks/package.txt"
    runtime            = "python3.13"
    architecture       = "arm64"
    log_level          = "INFO"
    log_retention_days = 30
    enable_tracing     = false
  }
}

run "a_bucket_is_versioned_owned_and_closed" {
  module {
    source = "./modules/bucket"
  }

  assert {
    condition     = aws_s3_bucket_versioning.main.versioning_configuration[0].status == "Enabled"
    error_message = "wanted Enabled, got ${jsonencode(aws_s3_bucket_versioning.main.versioning_configuration)}"
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.main.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "wanted BucketOwnerEnforced, got ${jsonencode(aws_s3_bucket_ownership_controls.main.rule)}"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.main.block_public_acls, aws_s3_bucket_public_access_block.main.block_public_policy,
      aws_s3_bucket_public_access_block.main.ignore_public_acls, aws_s3_bucket_public_access_block.main.restrict_public_buckets,
    ])
    error_message = "wanted four blocks, got ${jsonencode(aws_s3_bucket_public_access_block.main)}"
  }
}

run "a_bucket_and_its_objects_refuse_plain_http_and_old_tls" {
  module {
    source = "./modules/bucket"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.main.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == "*" &&
      join(" ", statement.Resource) == "${aws_s3_bucket.main.arn} ${aws_s3_bucket.main.arn}/*"
    ])
    error_message = "wanted both for bucket and objects, got ${aws_s3_bucket_policy.main.policy}"
  }

  assert {
    condition = jsonencode(jsondecode(aws_s3_bucket_policy.main.policy).Statement[*].Condition) == jsonencode([
      { Bool = { "aws:SecureTransport" = "false" } }, { NumericLessThan = { "s3:TlsVersion" = "1.2" } },
    ])
    error_message = "wanted no plain HTTP and TLS from 1.2, got ${aws_s3_bucket_policy.main.policy}"
  }
}

run "a_bucket_keeps_its_objects_unless_told_otherwise" {
  module {
    source = "./modules/bucket"
  }

  assert {
    condition = (
      length(aws_s3_bucket_lifecycle_configuration.main.rule) == 1 &&
      aws_s3_bucket_lifecycle_configuration.main.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 1 &&
      aws_s3_bucket_lifecycle_configuration.main.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30
    )
    error_message = "wanted uploads aborted after 1 day, old versions after 30, got ${jsonencode(aws_s3_bucket_lifecycle_configuration.main.rule)}"
  }
}

run "a_bucket_removes_its_objects_when_told_to" {
  module {
    source = "./modules/bucket"
  }

  variables {
    expire_days = 90
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.main.rule[1].expiration[0].days == 90
    error_message = "wanted 90, got ${jsonencode(aws_s3_bucket_lifecycle_configuration.main.rule)}"
  }
}

run "only_results_grow_old_in_their_bucket" {
  module {
    source = "./modules/bucket"
  }

  variables {
    expire_days  = 90
    expire_under = ["results/", "csv/"]
  }

  assert {
    condition = jsonencode([
      for rule in aws_s3_bucket_lifecycle_configuration.main.rule : [rule.filter[0].prefix, rule.expiration[0].days] if length(rule.expiration) > 0
    ]) == jsonencode([["csv/", 90], ["results/", 90]])
    error_message = "got ${jsonencode(aws_s3_bucket_lifecycle_configuration.main.rule)}"
  }
}

run "failed_events_are_kept_after_two_retries_and_six_hours" {
  module {
    source = "./modules/function"
  }

  assert {
    condition = (
      aws_lambda_function.main.dead_letter_config[0].target_arn == "arn:aws:sqs:eu-west-1:123456789012:failed-events" &&
      aws_lambda_function_event_invoke_config.main[0].maximum_event_age_in_seconds == 21600 &&
      aws_lambda_function_event_invoke_config.main[0].maximum_retry_attempts == 2
    )
    error_message = "wanted the queue, 21600 and 2, got ${jsonencode(aws_lambda_function_event_invoke_config.main)}"
  }
}

run "a_log_is_not_kept_for_ever_and_is_the_functions_own" {
  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_cloudwatch_log_group.main.name == "/aws/lambda/acme-test-images" && aws_cloudwatch_log_group.main.retention_in_days == 30
    error_message = "wanted 30 days, got ${jsonencode(aws_cloudwatch_log_group.main)}"
  }
}

run "an_untraced_function_may_not_trace" {
  module {
    source = "./modules/function"
  }

  assert {
    condition = (
      aws_lambda_function.main.tracing_config[0].mode == "PassThrough" &&
      length([for action in flatten(output.contract.statements[*].Action) : action if startswith(action, "xray:")]) == 0
    )
    error_message = "got ${jsonencode(output.contract)}"
  }
}
