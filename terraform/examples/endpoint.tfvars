# Endpoint: your own classifier in a container on SageMaker, which exists only while images need it.
#
# What   s3://…-images/incoming/flowers/… → queue → labeler → InvokeEndpoint → the five likeliest classes of each image, as
#        JSON and CSV. Terraform makes the model, the endpoint configuration and the role; the endpoint itself is created
#        from them when an image's results would be late otherwise, about five minutes before it answers, and is deleted when
#        all is read. Another container, another archive, more instances: change it here and apply. The old endpoint is
#        deleted first, images wait, and the next start makes it from the new configuration.
# Why    An endpoint is paid by the hour from its creation to its deletion, busy or not. Choose this where the classes are
#        your own and a model of yours knows them. Where images come one by one and a cold start of some seconds is soon
#        enough, a serverless variant costs nothing by the hour: see the end of the variant.
# Cost   us-east-1, one ml.m5.large at 0.115 USD an hour: three wakes a day of 20 minutes on 22 days are 22 h, 2.50 USD a
#        month; office hours (Mon-Fri 09:00-18:00) 23 USD; day and night 84 USD. A GPU, ml.g5.xlarge at 1.41 USD an hour: 31,
#        280 and 1,028 USD. All else about 5 USD (alarms 1.40, dashboard 3, ticks 0.03). No images: 5 USD.
#
# Use    terraform apply -var-file=examples/endpoint.tfvars   (after changing `name`, `model_data_url` and the classes)
#        dayshift --env demo upload ~/Pictures --model flowers --wait
#        dayshift --env demo status             what waits, when it is due, when the endpoint will be there

name        = "acme-dayshift"
environment = "demo"

models = {
  flowers = {
    family = "sagemaker"
    prefix = "flowers/"

    power                  = "on_deadline"
    results_within_minutes = 60
    hours = {
      timezone    = "Europe/Berlin"
      open        = ["Mon-Fri 09:00-18:00"]
      holidays_of = "DE-BE"
    }

    # From CreateEndpoint to InService, until that is learned.
    warmup_minutes = 8

    # All instances together. AWS's page "SageMaker pricing", real-time inference.
    usd_per_hour = 0.115

    options = {
      # Of a thousand classes the five likeliest, and nothing below one percent.
      maximum_labels             = 5
      minimum_confidence_percent = 1

      endpoint = {
        variants = {
          main = {
            # SageMaker's own image classification (its account in us-east-1), with the archive of a training job of yours.
            image          = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"
            model_data_url = "s3://acme-models/flowers/2026-11-02/model.tar.gz"
            instance_type  = "ml.m5.large"

            # Instead of an instance type, and then without usd_per_hour:
            # serverless = { memory_mb = 4096, maximum_concurrency = 5 }
          }
        }

        # It takes the image's own bytes, and answers [0.01, 0.02, 0.94, …]: one probability a class, in the order of training.
        # So the answer is the list itself, its names are in a file, and nothing more has to be said:
        content_type = "application/x-image"
        accept       = "application/json"
        response     = { at = "", scores_are = "probabilities" }
        classes_file = "classes/flowers.txt"

        # Other containers answer otherwise. What to write for
        #   [{"label": "rose", "score": 0.94}, …]               Hugging Face's image-classification
        #     response = { name = "label", score = "score" }
        #   {"predictions": [[0.01, 0.94, …]]}                  TensorFlow Serving, which takes JSON:
        #     content_type = "application/json"
        #     json         = "{\"instances\":[{\"b64\":\"$image\"}]}"
        #     response     = { at = "predictions.0" }
        #   {"probabilities": [0.94, …], "labels": ["rose", …]} JumpStart's image classification
        #     accept   = "application/json;verbose"
        #     response = { at = "probabilities", names_at = "labels" }
        #   {"scores": {"rose": 7.1, "tulip": -2.3}}            your own, with scores that are no probabilities yet
        #     response = { at = "scores", scores_are = "logits" }
      }
    }
  }
}
