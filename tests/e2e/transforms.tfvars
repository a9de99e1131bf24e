# One model of jobs at batch transform, with room for two attempts, and nothing else.
name        = "dayshift"
environment = "transforms"
region      = "us-east-1"

models = {
  pictures = {
    family = "gpu_job"
    prefix = "pictures/"

    options = {
      minimum_confidence_percent = 80

      job = {
        gather_minutes       = 2
        deadline_minutes     = 30
        maximum_attempts     = 2
        budget_usd           = 2
        maximum_usd_per_hour = 3

        batch_transform = {
          # The test makes it, as its owner would, before the first image.
          model_name    = "flowers-1"
          instance_type = "ml.m5.large"
          classes_file  = "envs/local-flowers.txt"
        }
      }
    }
  }
}

# The clock of the local services is moved by hand, a tick at a time.
tick_minutes = 1
