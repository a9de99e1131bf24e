# A developer's own deployment in AWS: cheap, and gone by evening.
# Change `name`: it is part of two bucket names, which must be free in all of AWS.

# Your own, for example your company's name and the product's.
name = "acme-dayshift"

# The word for `dayshift --env dev`.
environment = "dev"

# Near you, and with Rekognition.
region = "eu-west-1"

# For the tag Repository, by which a stranger finds this file.
repository = "github.com/acme/dayshift"

# One model is enough to see it work.
models = {
  signs = {
    family = "rekognition"
    prefix = "signs/"

    # The least: a mistake in a loop spends slowly.
    maximum_concurrency = 2
  }
}

# Try-outs need no archive. Results must outlive their images, or the sweep would pay for them again.
retention_days = {
  images       = 30
  old_versions = 15
  results      = 45
  logs         = 14
}

# Whole events in the log while developing.
log_level = "DEBUG"

# The HTTP API, for programs with AWS keys; examples/web.tfvars has the one for people, with its page. Off unless asked for.
# api = {}
