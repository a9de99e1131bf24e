# Mistakes in a model's jobs are refused while planning. The messages are read in tests/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "pictures"
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
    family                        = "gpu_job"
    prefix                        = "incoming/pictures/"
    maximum_concurrency           = 4
    reserved_concurrency          = -1
    batch_size                    = 10
    warmup_minutes                = 30
    results_within_minutes        = 60
    images_per_minute             = 60
    maximum_running_hours_per_day = 24
    options                       = { features = [], inference_units = 1 }
  }
}

run "refuses_no_service" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3 }
  }

  expect_failures = [var.job]
}

run "refuses_two_services" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} }, batch_transform = { model_name = "scans-1", instance_type = "ml.g4dn.xlarge", instance_count = 1, content_type = "application/x-image", accept = "application/json", response = { at = "", scores_are = "probabilities" } } }
  }

  expect_failures = [var.job]
}

run "refuses_half_a_minute_of_gathering" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 0.5, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_two_days_of_gathering" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 2880, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_more_images_than_an_archive_may_hold" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1001, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_no_job_at_all" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 0, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_deadline_that_no_presigned_url_reaches" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 361, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_deadline_of_a_minute" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 1, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_no_attempt" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 0, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_free_hour" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_budget_that_pays_for_less_than_seven_minutes" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 0.06, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_budget_that_pays_for_less_than_a_slow_look_and_six_minutes" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job          = { budget_usd = 0.2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
    tick_minutes = 15
  }

  expect_failures = [var.job]
}

run "refuses_options_that_fit_into_no_environment" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = join("", [for _ in range(1000) : "xx"]), model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_secret_itself" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "s3cr3t", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_one_parameter_for_both_secrets" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/user", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_parameter_that_is_awss" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/aws/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_no_type_of_gpu" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = [], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_type_of_gpu_twice" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["a100", "a100"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_no_gpu" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 0, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_disk_of_a_terabyte_and_more" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 1001, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_password_in_the_address_of_the_model" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://me:s3cr3t@github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_model_by_ssh" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "ssh://git.example.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_command_that_says_nothing" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = " ", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_an_environment_in_small_letters" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "python" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_container_that_is_a_command" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "CUSTOM", custom_image = "a; b" }, variables = {} } }
  }

  expect_failures = [var.job]
}

run "refuses_a_variable_of_ours" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = { DAYSHIFT_INPUT_URL = "mine" } } }
  }

  expect_failures = [var.job]
}

run "refuses_a_variable_with_a_hyphen" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = { "batch-size" = "32" } } }
  }

  expect_failures = [var.job]
}

run "refuses_a_project_by_its_name" {
  command = plan

  module {
    source = "./modules/model"
  }

  variables {
    job = { budget_usd = 2, maximum_usd_per_hour = 0.6, gather_minutes = 15, maximum_images = 1000, jobs_at_once = 1, deadline_minutes = 120, maximum_attempts = 3, proximl = { user_parameter = "/acme/proximl/user", key_parameter = "/acme/proximl/key", gpu_types = ["rtx3090"], gpu_count = 1, disk_gb = 10, command = "python classify.py", model_git = "https://github.com/acme/pictures.git", environment = { type = "DEEPLEARNING_PY310" }, variables = {}, project = "my project" } }
  }

  expect_failures = [var.job]
}
