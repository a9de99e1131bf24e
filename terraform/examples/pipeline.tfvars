# Pipeline: images dropped in S3 become labels, text and a CSV.
#
# What   s3://…-images/incoming/signs/… → producer → queue → labeler → Rekognition DetectLabels and DetectText
#        → s3://…-results/results/signs/… (JSON, one line an image) and csv/signs/… ; Athena reads the JSON.
# Why    Rekognition is always there and is paid per call, so nothing runs, and nothing but storage costs, while no
#        image comes. Failures wait in the queue and are repeated; what could not be read says why.
# Cost   100,000 images a month with both features, us-east-1: Rekognition 200 USD (2 calls × 0.001 USD), all else
#        about 3 USD (alarms 0.60, Lambda, S3 and SQS requests). No images: the alarms, 0.60 USD.
#
# Use    terraform apply -var-file=examples/pipeline.tfvars   (after changing `name`)

name        = "acme-dayshift"
environment = "demo"

models = {
  signs = {
    family = "rekognition"
    prefix = "signs/"
  }
}
