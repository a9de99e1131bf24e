# Production. Change `name`, `region`, `access_log_bucket` and the topic.

# Your own: part of two bucket names, which must be free in all of AWS.
name = "acme-dayshift"

# The word for `dayshift --env prod`.
environment = "prod"

# Where the images may lie by your rules, and where Rekognition is.
region = "eu-west-1"

# For the tag Repository, by which the one on call finds this file.
repository = "github.com/acme/dayshift"

models = {
  signs = {
    family = "rekognition"
    prefix = "signs/"

    # Four labelers make about fifty calls a second: Rekognition's default quota. More only waits.
    maximum_concurrency = 4

    # Both features, two paid calls an image. Under 70 % the answers were rather guesses.
    options = {
      features                   = ["labels", "text"]
      minimum_confidence_percent = 70
      maximum_labels             = 25
    }
  }
}

# A key of our own: who may read images is decided, and logged, apart from S3. 1 USD a month.
kms_key = { create = true }

# Images a quarter, results for good (they are small, and what the images were uploaded for), logs a year for audits.
retention_days = {
  images       = 90
  old_versions = 30
  results      = null
  logs         = 365
}

# Who read what. An existing bucket in the same Region.
access_log_bucket = "acme-access-logs"

# Who is told when images fail.
alarm_topic_arns = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
