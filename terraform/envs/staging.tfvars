# As production, without what only production needs. Change `name`, `region` and the target of `logos`.

# As in production; the environment keeps the names apart.
name = "acme-dayshift"

# The word for `dayshift --env staging`.
environment = "staging"

# The Region of production, since quotas and prices differ between Regions.
region = "eu-west-1"

# For the tag Repository.
repository = "github.com/acme/dayshift"

# The models of production, at half their speed: both share Rekognition's quota of the account.
models = {
  signs = {
    family              = "rekognition"
    prefix              = "signs/"
    maximum_concurrency = 2

    # As in production, so that results can be compared.
    options = { minimum_confidence_percent = 70 }
  }

  logos = {
    family              = "custom_labels"
    prefix              = "logos/"
    maximum_concurrency = 2

    # A copy of production's version: one version belongs to one deployment.
    target = "arn:aws:rekognition:eu-west-1:123456789012:project/logos-staging/version/logos.2026-11-02T09.41.07/1793612467000"

    # Releases are tried before noon: 12.5 hours a week, 220 USD a month.
    power = "office_hours"
    hours = { timezone = "Europe/Berlin", open = ["Mon-Fri 10:00-12:00"], holidays_of = "DE-BE" }
  }
}

# The key is made, as in production: permissions that a key needs fail here first. 1 USD a month.
kms_key = { create = true }

# A release is judged within a month.
retention_days = {
  images       = 30
  old_versions = 15
  results      = 45
  logs         = 30
}
