# Archives: the numbers that nothing may be lost by, and what grows old with what. An emulator accepts a violation of most.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_sqs_queue.archives
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:acme-dayshift-test-archives" }
}

override_resource {
  target = aws_sqs_queue.dead_archives
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:acme-dayshift-test-dead-archives" }
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }
}

run "an_archive_waits_fourteen_days_and_is_hidden_for_six_of_the_expanders_longest_runs" {
  assert {
    condition     = aws_sqs_queue.archives.message_retention_seconds == 1209600 && aws_sqs_queue.dead_archives.message_retention_seconds == 1209600
    error_message = "wanted 1209600 twice, got ${aws_sqs_queue.archives.message_retention_seconds} and ${aws_sqs_queue.dead_archives.message_retention_seconds}"
  }

  assert {
    condition     = aws_sqs_queue.archives.visibility_timeout_seconds == 6 * module.expander.contract.timeout_seconds && module.expander.contract.timeout_seconds == 900
    error_message = "wanted 6 x 900, got ${aws_sqs_queue.archives.visibility_timeout_seconds} and ${module.expander.contract.timeout_seconds}"
  }
}

run "an_archive_goes_to_its_dead_letter_queue_after_twenty_receives_of_which_the_expander_knows" {
  assert {
    condition = jsondecode(aws_sqs_queue.archives.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:acme-dayshift-test-dead-archives"
      maxReceiveCount     = 20
    }
    error_message = "wanted 20 receives, got ${aws_sqs_queue.archives.redrive_policy}"
  }

  assert {
    condition     = module.expander.contract.environment.MAX_RECEIVE_COUNT == "20" && module.expander.contract.environment.QUEUE_URL == aws_sqs_queue.archives.url
    error_message = "got ${jsonencode(module.expander.contract.environment)}"
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dead_archives.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = ["arn:aws:sqs:eu-west-1:123456789012:acme-dayshift-test-archives"]
    }
    error_message = "wanted the archives' queue alone, got ${aws_sqs_queue.dead_archives.redrive_allow_policy}"
  }
}

run "both_queues_refuse_plain_http_for_themselves" {
  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.archives, aws_sqs_queue.dead_archives] : jsondecode(queue.policy).Statement[0] == {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:eu-west-1:123456789012:${queue.name}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }
    ])
    error_message = "got ${aws_sqs_queue.archives.policy} and ${aws_sqs_queue.dead_archives.policy}"
  }
}

run "a_run_is_one_archives_and_few_run_at_once" {
  assert {
    condition = (
      aws_lambda_event_source_mapping.archives.batch_size == 1 &&
      aws_lambda_event_source_mapping.archives.event_source_arn == aws_sqs_queue.archives.arn &&
      aws_lambda_event_source_mapping.archives.function_name == module.expander.arn &&
      join(",", aws_lambda_event_source_mapping.archives.function_response_types) == "ReportBatchItemFailures" &&
      aws_lambda_event_source_mapping.archives.scaling_config[0].maximum_concurrency == 4
    )
    error_message = "got ${jsonencode(aws_lambda_event_source_mapping.archives)}"
  }

  assert {
    condition     = aws_lambda_event_source_mapping.archives.enabled == true
    error_message = "wanted it open from the beginning: the expander is there whether models run or not"
  }
}

run "no_models_queue_has_the_name_of_an_archives_queue" {
  variables {
    models = {
      archives = { family = "rekognition", prefix = "archives/" }
      expander = { family = "rekognition", prefix = "expander/" }
      dead     = { family = "rekognition", prefix = "dead/" }
    }
  }

  assert {
    condition = length(setintersection(
      [aws_sqs_queue.archives.name, aws_sqs_queue.dead_archives.name],
      flatten([for model in module.models : [model.queue_name, model.dlq_name]]),
    )) == 0
    error_message = "got ${aws_sqs_queue.archives.name} and ${jsonencode([for model in module.models : model.queue_name])}"
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.not_empty) == 5 && !contains(keys(output.deployment.models), module.expander.name)
    error_message = "wanted an alarm for each of five queues, got ${jsonencode(keys(aws_cloudwatch_metric_alarm.not_empty))}"
  }
}
