# The local AWS of `make demo-fleet` and `make up-fleet`: a fleet of workers on a laptop, each a process of its own.

# Bucket names need not be free here, so the product's own name will do.
name = "dayshift"

# The word that `dayshift --env local-fleet` looks for.
environment = "local-fleet"

# What the emulator calls itself.
region = "us-east-1"

models = {
  faces = {
    family = "face_fleet"
    prefix = "faces/"

    # At any hour, but only while images wait.
    power          = "office_hours"
    hours          = { timezone = "Europe/Berlin", open = ["Mon-Sun 00:00-24:00"] }
    warmup_minutes = 2

    # Less than what a worker reads here: a dozen images are to be worth three of them, so that they are seen to come and go.
    images_per_minute = 5
    usd_per_hour      = 0.085

    options = {
      fleet = {
        # The emulator's own network.
        vpc_id     = "vpc-00000001"
        subnet_ids = ["subnet-00000001", "subnet-00000002"]

        # A laptop has few processors.
        maximum_workers = 3

        clear_within_minutes = 1
        idle_minutes         = 3
      }
    }
  }
}

# A laptop keeps no year of logs.
retention_days = { logs = 7 }

# Anybody on this machine may call the API; its page is served by the local services.
api = { authentication = "open", page = false }
