# The local AWS of `make demo` and `make up`: the real configuration, on a laptop.

# Bucket names need not be free here, so the product's own name will do.
name = "dayshift"

# The word that `dayshift --env local` looks for.
environment = "local"

# What the emulator calls itself.
region = "us-east-1"

# Labels and text, and labels alone: two models, so that routing, queues and permissions are seen to be apart.
models = {
  signs = {
    family = "rekognition"
    prefix = "signs/"

    # Two cores are shared by the labelers and by the local recognition.
    maximum_concurrency = 2
  }

  photos = {
    family              = "rekognition"
    prefix              = "photos/"
    maximum_concurrency = 2

    # One call an image instead of two.
    options = { features = ["labels"] }
  }
}

# A laptop keeps no year of logs.
retention_days = { logs = 7 }
