# Production. Change `name`, `region`, `access_log_bucket`, the topic, and the target of `logos` (or leave `logos` out).

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

  logos = {
    family = "custom_labels"
    prefix = "logos/"

    # Your trained version, from the console or `aws rekognition describe-project-versions`. A new version: change this, and
    # the apply stops the old one first.
    target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/logos.2026-11-02T09.41.07/1793612467000"

    # While people wait for the answers, and not on the public holidays of Berlin: 47.5 hours a week instead of 168.
    # 820 USD a month instead of 2,920.
    power = "office_hours"
    hours = {
      timezone    = "Europe/Berlin"
      open        = ["Mon-Fri 09:00-18:00"]
      holidays_of = "DE-BE"

      # The office is closed between the years.
      closed_on = ["2026-12-24", "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31"]
    }

    # It was RUNNING 22 minutes after its start at the worst.
    warmup_minutes = 30

    # One unit was seen to read 5 images a second; four labelers keep it busy.
    images_per_minute   = 300
    maximum_concurrency = 4

    # Nobody works longer: a window mistyped by half a day is stopped, and rings.
    maximum_running_hours_per_day = 12
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
