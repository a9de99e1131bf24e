# The role of an endpoint: as whom SageMaker fetches models and containers. Exactly this, and on what is its own.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_cloudwatch_log_group.endpoint
  values = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/acme-test-flowers" }
}

override_resource {
  target = aws_iam_role.endpoint
  values = { arn = "arn:aws:iam::123456789012:role/acme-test-flowers-endpoint" }
}

variables {
  name            = "flowers"
  prefix          = "acme-test"
  account         = { partition = "aws", region = "eu-west-1", id = "123456789012" }
  images_bucket   = { name = "images", arn = "arn:aws:s3:::images" }
  results_bucket  = { name = "results", arn = "arn:aws:s3:::results" }
  memory_mb       = 512
  parameters_path = "/acme/test/models"

  settings = {
    package_file       = "./tests/mocks/package.txt"
    runtime            = "python3.13"
    architecture       = "arm64"
    log_level          = "INFO"
    log_retention_days = 30
    enable_tracing     = true
  }

  model = {
    family                        = "sagemaker"
    prefix                        = "incoming/flowers/"
    maximum_concurrency           = 4
    reserved_concurrency          = -1
    batch_size                    = 10
    power                         = "always_on"
    warmup_minutes                = 8
    results_within_minutes        = 60
    images_per_minute             = 60
    maximum_running_hours_per_day = 24
    usd_per_hour                  = 1.25

    options = {
      features        = []
      inference_units = 1

      endpoint = {
        asynchronous = false
        content_type = "application/x-image"
        accept       = "application/json"
        response     = { at = "", scores_are = "probabilities" }
        classes_file = "classes/flowers.txt"

        variants = {
          main = {
            image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2"
            model_data_url = "s3://acme-models/flowers/1/model.tar.gz"
            environment    = { TOP_K = "5" }
            instance_type  = "ml.m5.large"
            instance_count = 2
            weight         = 9
          }
          next = {
            image          = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference@sha256:${sha256("a container")}"
            model_data_url = "s3://acme-models/flowers/2/model.tar.gz"
            environment    = {}
            instance_type  = "ml.g5.xlarge"
            instance_count = 1
            weight         = 1
          }
        }
      }
    }
  }

  without_instances = {
    main = {
      image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/flowers:1.2"
      environment    = {}
      serverless     = { memory_mb = 3072, maximum_concurrency = 7 }
      instance_count = 1
      weight         = 1
    }
  }
}

run "it_fetches_its_own_containers_and_archives_and_writes_its_own_log" {
  module {
    source = "./modules/model"
  }

  assert {
    condition = jsonencode({
      for statement in jsondecode(aws_iam_role_policy.endpoint[0].policy).Statement : statement.Sid => [statement.Action, statement.Resource]
      }) == jsonencode({
      EnterTheRegistry = [["ecr:GetAuthorizationToken"], ["*"]]
      FetchContainers = [
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        ["arn:aws:ecr:eu-west-1:123456789012:repository/acme/flowers", "arn:aws:ecr:eu-west-1:763104351884:repository/pytorch-inference"],
      ]
      FetchModels = [["s3:GetObject"], ["arn:aws:s3:::acme-models/flowers/1/model.tar.gz", "arn:aws:s3:::acme-models/flowers/2/model.tar.gz"]]
      Log = [
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/acme-test-flowers", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/acme-test-flowers:*"],
      ]
      Measure = [["cloudwatch:PutMetricData"], ["*"]]
    })
    error_message = "got ${aws_iam_role_policy.endpoint[0].policy}"
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.endpoint[0].policy).Statement : statement.Condition if contains(keys(statement), "Condition")
    ]) == jsonencode([{ StringEquals = { "cloudwatch:namespace" = ["/aws/sagemaker/Endpoints"] } }])
    error_message = "wanted the metrics held to one namespace, got ${aws_iam_role_policy.endpoint[0].policy}"
  }

  assert {
    condition     = jsonencode(jsondecode(aws_iam_role.endpoint[0].assume_role_policy).Statement[*].Principal) == jsonencode([{ Service = "sagemaker.amazonaws.com" }])
    error_message = "got ${aws_iam_role.endpoint[0].assume_role_policy}"
  }
}

run "its_log_is_kept_as_long_as_the_others" {
  module {
    source = "./modules/model"
  }

  assert {
    condition     = aws_cloudwatch_log_group.endpoint[0].name == "/aws/sagemaker/Endpoints/acme-test-flowers" && aws_cloudwatch_log_group.endpoint[0].retention_in_days == 30
    error_message = "got ${jsonencode(aws_cloudwatch_log_group.endpoint)}"
  }
}

run "a_container_that_brings_its_model_reads_no_bucket" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    model   = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { variants = var.without_instances }) }) })
  }

  assert {
    condition     = length([for action in flatten(jsondecode(aws_iam_role_policy.endpoint[0].policy).Statement[*].Action) : action if startswith(action, "s3:") || startswith(action, "kms:")]) == 0
    error_message = "got ${aws_iam_role_policy.endpoint[0].policy}"
  }
}

run "one_that_answers_later_has_its_own_prefix_and_the_key_and_no_image" {
  module {
    source = "./modules/model"
  }

  variables {
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/deployments", known_as = "alias/acme-test" }
    model   = merge(var.model, { options = merge(var.model.options, { endpoint = merge(var.model.options.endpoint, { asynchronous = true }) }) })
  }

  assert {
    condition = jsonencode({
      for statement in jsondecode(aws_iam_role_policy.endpoint[0].policy).Statement : statement.Sid => [statement.Action, statement.Resource]
      }) == jsonencode({
      EnterTheRegistry = [["ecr:GetAuthorizationToken"], ["*"]]
      FetchContainers = [
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        ["arn:aws:ecr:eu-west-1:123456789012:repository/acme/flowers", "arn:aws:ecr:eu-west-1:763104351884:repository/pytorch-inference"],
      ]
      FetchModels   = [["s3:GetObject"], ["arn:aws:s3:::acme-models/flowers/1/model.tar.gz", "arn:aws:s3:::acme-models/flowers/2/model.tar.gz"]]
      FindTheBucket = [["s3:ListBucket"], ["arn:aws:s3:::results"]]
      Log = [
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/acme-test-flowers", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/acme-test-flowers:*"],
      ]
      Measure                     = [["cloudwatch:PutMetricData"], ["*"]]
      ReadRequestsAndWriteAnswers = [["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::results/_async/flowers/*"]]
      UseTheKey                   = [["kms:Decrypt", "kms:GenerateDataKey"], ["arn:aws:kms:eu-west-1:123456789012:key/deployments"]]
    })
    error_message = "got ${aws_iam_role_policy.endpoint[0].policy}"
  }
}
