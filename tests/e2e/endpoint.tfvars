# Two endpoints: one answers at once, with a list of probabilities; one later, and is sent JSON.
name        = "dayshift"
environment = "endpoint"
region      = "us-east-1"

models = {
  flowers = {
    family = "sagemaker"
    prefix = "flowers/"
    power  = "office_hours"
    hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }

    warmup_minutes      = 30
    usd_per_hour        = 0.115
    maximum_concurrency = 2
    options = {
      minimum_confidence_percent = 80
      endpoint = {
        variants = {
          main = {
            image         = "000000000000.dkr.ecr.us-east-1.amazonaws.com/classifier:1"
            environment   = { PROJECT = "flowers" }
            instance_type = "ml.m5.large"
          }
        }
        classes_file = "envs/local-flowers.txt"
      }
    }
  }

  logos = {
    family = "sagemaker"
    prefix = "logos/"
    power  = "office_hours"
    hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }

    warmup_minutes      = 30
    usd_per_hour        = 0.115
    maximum_concurrency = 2
    options = {
      minimum_confidence_percent = 80
      endpoint = {
        variants = {
          main = {
            image         = "000000000000.dkr.ecr.us-east-1.amazonaws.com/classifier:1"
            environment   = { PROJECT = "logos", ANSWER = "objects" }
            instance_type = "ml.m5.large"
          }
        }
        asynchronous = true
        content_type = "application/json"
        json         = "{\"image\": \"$image\"}"
        response     = { name = "label", score = "score" }
      }
    }
  }
}

# A day of the local clock is lived in seconds; a tick costs a tenth of one.
tick_minutes = 5
