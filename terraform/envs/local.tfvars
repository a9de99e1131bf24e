# The local AWS of `make demo` and `make up`: the real configuration, on a laptop.

# Bucket names need not be free here, so the product's own name will do.
name = "dayshift"

# The word that `dayshift --env local` looks for.
environment = "local"

# What the emulator calls itself.
region = "us-east-1"

# Labels and text, and labels alone: two models, so that routing, queues and permissions are seen to be apart.
# And two that are started and stopped: `make demo` lives through their day. And one whose images go to a service outside.
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

  logos = {
    family = "custom_labels"
    prefix = "logos/"

    # The account is the emulator's. The number is the instant that the local Rekognition gives a version it has not heard of.
    target = "arn:aws:rekognition:us-east-1:000000000000:project/logos/version/v1/1767229200000"

    power          = "office_hours"
    hours          = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
    warmup_minutes = 30

    # The classifier behind it is sure of a logo from about 90 % on, and below 70 % it is guessing.
    options             = { minimum_confidence_percent = 80 }
    maximum_concurrency = 2
  }

  flowers = {
    family = "sagemaker"
    prefix = "flowers/"

    power          = "office_hours"
    hours          = { timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"] }
    warmup_minutes = 10
    usd_per_hour   = 0.115

    maximum_concurrency = 2
    options = {
      minimum_confidence_percent = 80

      endpoint = {
        variants = {
          main = {
            # Every image is the same small classifier here; PROJECT says which of samples/ it has learnt.
            image         = "000000000000.dkr.ecr.us-east-1.amazonaws.com/classifier:1"
            environment   = { PROJECT = "flowers" }
            instance_type = "ml.m5.large"
          }
        }

        # It answers with a list of probabilities, in the order of these names.
        classes_file = "envs/local-flowers.txt"
      }
    }
  }

  pictures = {
    family = "gpu_job"
    prefix = "pictures/"

    options = {
      # As with the other small classifiers: what it is not sure of is nothing that it knows.
      minimum_confidence_percent = 80

      job = {
        # Images that come one by one wait for each other for one tick.
        gather_minutes       = 5
        deadline_minutes     = 120
        budget_usd           = 1
        maximum_usd_per_hour = 0.5

        proximl = {
          # The local AWS puts both there; its stand-in of the service knows what they say.
          user_parameter = "/dayshift-local-aws/proximl/user"
          key_parameter  = "/dayshift-local-aws/proximl/key"
          gpu_types      = ["rtx3090"]

          # In the place of a repository there is a folder of this name in local/job_models/.
          model_git = "https://git.example.com/classifier.git"
          command   = "python3 $ML_MODEL_PATH/classify.py"
          variables = { PROJECT = "flowers" }
        }
      }
    }
  }
}

# The demo's day is fifteen hours of ticks, each a twentieth of a second: every five minutes
# they take nine seconds, every minute they would take three quarters of a minute.
tick_minutes = 5

# A laptop keeps no year of logs.
retention_days = { logs = 7 }

# Anybody on this machine may call the API; its page is served by the local services.
api = { authentication = "open", page = false }
