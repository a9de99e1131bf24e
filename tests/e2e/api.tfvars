# A model that is always there and one that sleeps, behind an API whose callers IAM knows.
name        = "dayshift"
environment = "api"
region      = "us-east-1"

models = {
  signs = {
    family              = "rekognition"
    prefix              = "signs/"
    options             = { features = ["labels", "text"] }
    maximum_concurrency = 2
  }

  logos = {
    family = "custom_labels"
    target = "arn:aws:rekognition:us-east-1:000000000000:project/logos/version/v1/1767229200000"
    prefix = "logos/"
    power  = "office_hours"
    hours  = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }

    warmup_minutes      = 30
    maximum_concurrency = 2
    options             = { minimum_confidence_percent = 80 }
  }
}

# So few images that a test can use them up. Throttled as by default in every test: the emulator loses the stage otherwise.
api = { images_a_day = 12 }

# A day of the local clock is lived in seconds; a tick costs a tenth of one.
tick_minutes = 5
