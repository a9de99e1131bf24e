# GPU job: many images in one order at an external GPU service, proxiML (once trainML), which is paid while it works.
#
# What   s3://…-images/incoming/pictures/… → queue → images of a quarter of an hour, or all images of one zip, become one job:
#        packed, handed over by URLs that hold for that one job, read there by your own program out of your own git repository,
#        brought back, checked, and written as the five likeliest classes of each image, as JSON and CSV. A function looks at
#        the jobs every minute and waits for none. A job that fails is tried again within its budget, one that never ends is
#        ended; what nothing was brought of is `failed`, with the reason.
# Why    Choose this where a model needs a GPU for minutes a day and its images can wait for a quarter of an hour: a machine of
#        the service's costs a third of one of AWS's, and nothing in between. The images leave your account. Where they may
#        not: examples/batch-transform.tfvars. Where each should be answered at once: examples/endpoint.tfvars.
# Cost   What the service asks for, and at most 0.60 USD an hour, here: a job of 1,000 images that works for ten minutes is
#        0.10 USD; no job, with all its attempts, is more than 2 USD. All else about 3 USD a month (metrics 1.80, alarms
#        1.20, a look a minute 0.20). No images: 3 USD.
#
# Use    The service's user and key, which no file and no state may hold:
#        aws ssm put-parameter --type SecureString --name /acme/proximl/user --value …
#        aws ssm put-parameter --type SecureString --name /acme/proximl/key --value …
#        terraform apply -var-file=examples/gpu-job.tfvars   (after changing `name`, `model_git` and `command`)
#        dayshift --env demo upload holiday.zip --model pictures --wait
#        dayshift --env demo jobs --follow          what is gathered, at work, what it has cost

name        = "acme-dayshift"
environment = "demo"

models = {
  pictures = {
    family = "gpu_job"
    prefix = "pictures/"

    # Jobs begin at any time. In office hours alone: power = "office_hours" and hours = { … }, as in the other examples.

    options = {
      # Of all classes the five likeliest, and nothing below one percent.
      maximum_labels             = 5
      minimum_confidence_percent = 1

      job = {
        # How long images wait for others, and how many at most go into one job. An archive is a job of its own, at once.
        gather_minutes = 15
        maximum_images = 1000
        jobs_at_once   = 1

        # Of one attempt, its time in the service's queue included. And how many there may be.
        deadline_minutes = 120
        maximum_attempts = 3

        # Of one job with all its attempts, and of an hour: the service is told so and gives no dearer machine.
        budget_usd           = 2
        maximum_usd_per_hour = 0.6

        proximl = {
          # Names of two SSM SecureString parameters, read when they are needed.
          user_parameter = "/acme/proximl/user"
          key_parameter  = "/acme/proximl/key"

          # The first that is free. The service's own words.
          gpu_types = ["rtx3090", "a100"]
          gpu_count = 1
          disk_gb   = 10

          # It is fetched onto the machine, and this is run there: it reads $DAYSHIFT_INPUT/*.jpg and *.png and writes
          # $DAYSHIFT_OUTPUT/results.jsonl, a line an image: {"image": "0007.jpg", "classes": [{"name": "tabby",
          # "confidence_percent": 93.1}]}.
          model_git = "https://github.com/acme/pictures.git"
          command   = "python $ML_MODEL_PATH/classify.py"

          # The service's own environment, or a container of yours: { custom_image = "acme/classifier:7" }
          environment = { type = "DEEPLEARNING_PY310" }

          # For the program; no secrets, they are in the state.
          variables = { BATCH = "32" }
        }
      }
    }
  }
}
