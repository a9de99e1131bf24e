# One fleet and nothing else: workers on this machine, booted by the same user data as in EC2.
name        = "dayshift"
environment = "fleet"
region      = "us-east-1"

models = {
  faces = {
    family = "face_fleet"
    prefix = "faces/"
    power  = "office_hours"
    hours  = { timezone = "UTC", open = ["Mon-Sun 00:00-24:00"] }

    warmup_minutes    = 1
    images_per_minute = 25
    usd_per_hour      = 0.0725

    options = {
      fleet = {
        # The emulator's own.
        vpc_id     = "vpc-00000001"
        subnet_ids = ["subnet-00000001", "subnet-00000002"]

        # 50 images want two workers, 100 want four.
        maximum_workers      = 4
        clear_within_minutes = 1
        idle_minutes         = 3
      }
    }
  }
}

# The clock of the local services is moved by hand, a tick at a time.
tick_minutes = 1

# Callers are known to IAM, so that two people can send an image of the same name.
api = {}
