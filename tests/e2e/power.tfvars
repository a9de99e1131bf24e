# One powered model and nothing else, so that it is applied and destroyed quickly.
name        = "dayshift"
environment = "power"
region      = "us-east-1"

models = {
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

# A day of the local clock is lived in seconds; a tick costs a tenth of one.
tick_minutes = 5
