# The numbers that nothing may be lost by, seen inside the modules. An emulator accepts a violation of most of them.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_sqs_queue.dead_letters
  values = { arn = "arn:aws:sqs:eu-west-1:123456789012:acme-test-signs-dlq" }
}

variables {
  name           = "signs"
  prefix         = "acme-test"
  account        = { partition = "aws", region = "eu-west-1", id = "123456789012" }
  images_bucket  = { name = "images", arn = "arn:aws:s3:::images" }
  results_bucket = { name = "results", arn = "arn:aws:s3:::results" }
  memory_mb      = 512

  parameters_path = "/acme/test/models"

  model = {
    family               = "rekognition"
    prefix               = "incoming/signs/"
    maximum_concurrency  = 4
    reserved_concurrency = -1
    batch_size           = 10
    options              = { features = ["labels", "text"], maximum_labels = 25, inference_units = 1 }

    warmup_minutes                = 30
    results_within_minutes        = 60
    images_per_minute             = 60
    maximum_running_hours_per_day = 24
  }

  settings = {
    package_file       = "./tests/mocks/package.txt"
    runtime            = "python3.13"
    architecture       = "arm64"
    log_level          = "INFO"
    log_retention_days = 365
    enable_tracing     = true
  }
}

run "messages_wait_fourteen_days_in_both_queues" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = aws_sqs_queue.main.message_retention_seconds == 1209600 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "wanted 1209600 twice, got ${aws_sqs_queue.main.message_retention_seconds} and ${aws_sqs_queue.dead_letters.message_retention_seconds}"
  }
}

run "a_message_is_hidden_for_six_times_the_labelers_longest_run" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = aws_sqs_queue.main.visibility_timeout_seconds == 6 * module.labeler[0].contract.timeout_seconds
    error_message = "wanted ${6 * module.labeler[0].contract.timeout_seconds}, got ${aws_sqs_queue.main.visibility_timeout_seconds}"
  }
}

run "a_message_goes_to_the_models_own_dead_letter_queue_after_twenty_receives" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsondecode(aws_sqs_queue.main.redrive_policy) == {
      deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:acme-test-signs-dlq"
      maxReceiveCount     = 20
    }
    error_message = "wanted 20 receives and acme-test-signs-dlq, got ${aws_sqs_queue.main.redrive_policy}"
  }

  assert {
    condition     = module.labeler[0].contract.environment.MAX_RECEIVE_COUNT == "20"
    error_message = "wanted the labeler to know of 20 receives, got ${module.labeler[0].contract.environment.MAX_RECEIVE_COUNT}"
  }

  assert {
    condition = jsondecode(aws_sqs_queue.dead_letters.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = ["arn:aws:sqs:eu-west-1:123456789012:acme-test-signs-queue"]
    }
    error_message = "wanted acme-test-signs-queue alone, got ${aws_sqs_queue.dead_letters.redrive_allow_policy}"
  }
}

run "both_queues_refuse_plain_http_for_themselves" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = alltrue([
      for queue in [aws_sqs_queue.main, aws_sqs_queue.dead_letters] : jsondecode(queue.policy).Statement[0] == {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:eu-west-1:123456789012:${queue.name}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }
    ])
    error_message = "got ${aws_sqs_queue.main.policy} and ${aws_sqs_queue.dead_letters.policy}"
  }
}

run "the_mapping_takes_batches_of_ten_reports_single_failures_and_bounds_the_labelers" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.queue[0].batch_size == 10 &&
      join(",", aws_lambda_event_source_mapping.queue[0].function_response_types) == "ReportBatchItemFailures" &&
      aws_lambda_event_source_mapping.queue[0].scaling_config[0].maximum_concurrency == 4
    )
    error_message = "wanted 10, ReportBatchItemFailures and 4, got ${jsonencode(aws_lambda_event_source_mapping.queue[0])}"
  }
}

run "rekognition_is_always_there_so_its_mapping_is_made_open" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = aws_lambda_event_source_mapping.queue[0].enabled == true
    error_message = "wanted enabled, got ${aws_lambda_event_source_mapping.queue[0].enabled}"
  }
}
