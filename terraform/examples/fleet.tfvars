# Fleet: who is on the picture, told by machines of your own that are there while images wait, and not otherwise.
#
# What   s3://…-images/incoming/faces/… → queue → up to 19 workers on EC2 → the name of each face that is in the gallery,
#        "unknown" for the others, as JSON and CSV. The gallery is a folder of photos, s3://…-images/gallery/ada/1.jpg: one
#        folder a person, one face a photo. Nobody's face leaves your account. The number of workers follows what waits: so
#        many that all is read within five minutes of their start, none five minutes after the last image.
# Why    Choose this where the faces of a closed circle are to be told apart (staff, the players of a club, the family) and the
#        law wants their photos where you can delete them: `dayshift faces remove` takes photos, versions and indexes. It
#        needs a VPC that leads to AWS's APIs (docs/operations.md, "Fleets").
# Cost   us-east-1, c7g.large at 0.0725 USD an hour, paid by the second: a worker reads some 60 images a minute, so 1,000
#        images are 0.02 USD and the minutes in which workers start and idle. Office hours with work in two of nine hours on
#        22 days, three workers: 10 USD a month. No images: 0 USD for workers, and about 9 USD for all else (alarms 1.60,
#        dashboard 3, ticks 0.03, metrics 4.50). A NAT gateway, if you have none, is 33 USD a month: see docs/cost.md for what
#        does without. A warm pool of three: 4 USD of volumes.
#
# Use    make package worker-package ARCH=arm64
#        terraform apply -var-file=examples/fleet.tfvars   (after changing `name`, `vpc_id` and `subnet_ids`)
#        dayshift --env demo faces enroll ada ~/Pictures/ada-1.jpg
#        dayshift --env demo upload ~/Pictures/party --model faces --wait

name        = "acme-dayshift"
environment = "demo"

models = {
  faces = {
    family = "face_fleet"
    prefix = "faces/"

    # For a fleet these are the hours in which it may run. It does so only while images wait.
    power = "office_hours"
    hours = {
      timezone    = "Europe/Berlin"
      open        = ["Mon-Fri 09:00-18:00"]
      holidays_of = "DE-BE"
    }

    # From the wish to the first image: two minutes to boot, one to install. Learned from the second start on.
    warmup_minutes = 4

    # Of one worker: what it reads, and what it costs. AWS's page "Amazon EC2 On-Demand Pricing".
    images_per_minute = 60
    usd_per_hour      = 0.0725

    options = {
      gallery          = "gallery/"
      maximum_distance = 0.6 # less: fewer mistaken for somebody, more who are not known

      fleet = {
        # Subnets without a public address, with a NAT gateway or with VPC endpoints; two zones or more.
        vpc_id     = "vpc-0a1b2c3d4e5f67890"
        subnet_ids = ["subnet-0a1b2c3d4e5f67890", "subnet-0f9e8d7c6b5a43210"]

        instance_types       = ["c7g.large"]
        maximum_workers      = 19
        clear_within_minutes = 5
        idle_minutes         = 5
        volume_gb            = 16

        # Either of these, if minutes or money matter more:
        # warm_pool_size = 3                                                       half a minute to the first image
        # spot_percent   = 100, with instance_types = ["c7g.large", "c6g.large", "m7g.large"]   a third of the price
      }
    }
  }
}
