# A model that is always there and one that sleeps; the test says who may call the API, since it knows the provider's address.
name        = "dayshift"
environment = "page"
region      = "us-east-1"

models = {
  signs = {
    family  = "rekognition"
    prefix  = "signs/"
    options = { features = ["labels", "text"] }
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

# A day of the local clock is lived in seconds; a tick costs a tenth of one.
tick_minutes = 5
