# Batch transform: many images in one job on SageMaker, whose machines are there for that job alone.
#
# What   s3://…-images/incoming/pictures/… → queue → images of a quarter of an hour, or all images of one zip, become one
#        transform job: SageMaker starts a machine, sends each image to the container of your SageMaker model, writes its
#        answers, stops the machine. They become the five likeliest classes of each image, as JSON and CSV. Else as in
#        examples/gpu-job.tfvars: one function looks at the jobs every minute, failed ones are tried again within the budget.
# Why    As there, but the images stay in your account, and the model is one that you have in SageMaker already. A machine
#        takes some four minutes to start for each job, which is not paid. For images that come all day long an endpoint
#        (examples/endpoint.tfvars) answers sooner and costs less.
# Cost   us-east-1, one ml.g4dn.xlarge at 0.736 USD an hour, paid by the second at work: a job of 1,000 images in ten minutes is
#        0.13 USD; no job, with all its attempts, is more than 2 USD. All else about 3 USD a month (metrics 1.80, alarms
#        1.20, a look a minute 0.20). No images: 3 USD.
#
# Use    terraform apply -var-file=examples/batch-transform.tfvars   (after changing `name` and `model_name`)
#        terraform output -json transform_policies     what the SageMaker model's role needs; attach it, no role is passed
#        dayshift --env demo upload holiday.zip --model pictures --wait
#        dayshift --env demo jobs --follow

name        = "acme-dayshift"
environment = "demo"

models = {
  pictures = {
    family = "gpu_job"
    prefix = "pictures/"

    options = {
      maximum_labels             = 5
      minimum_confidence_percent = 1

      job = {
        gather_minutes   = 15
        maximum_images   = 1000
        jobs_at_once     = 1
        deadline_minutes = 60
        maximum_attempts = 2

        # Of all machines of a job together. AWS's page "SageMaker pricing", batch transform.
        budget_usd           = 2
        maximum_usd_per_hour = 0.74

        batch_transform = {
          # A SageMaker model of this account and Region, and what it runs on.
          model_name     = "acme-pictures-2026-11-02"
          instance_type  = "ml.g4dn.xlarge"
          instance_count = 1

          # What it is sent and what it answers, as of an endpoint: the image's own bytes, and a list of probabilities.
          content_type = "application/x-image"
          accept       = "application/json"
          response     = { at = "" }
          classes_file = "classes/flowers.txt"
        }
      }
    }
  }
}
