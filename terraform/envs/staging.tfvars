# As production, without what only production needs. Change `name` and `region`.

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
