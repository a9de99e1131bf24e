# Office hours: a Custom Labels model that is on while people work, and off, to the minute, while they do not.
#
# What   EventBridge Scheduler starts the model half an hour before each opening; when it is RUNNING, and answers, its queue is
#        opened. At closing the queue is closed first, the last batch is waited for, and the model is stopped. Images that
#        come at night wait in the queue and are read in the morning. Each minute it is checked again; half an hour after
#        closing a call that needs no code of ours stops whatever is still on.
# Why    A running model is paid by the hour whether it reads or not. Choose this where results must come within seconds
#        while the office is open. Where an hour is soon enough, examples/on-deadline.tfvars costs a fraction.
# Cost   us-east-1, 4 USD an hour and inference unit: 47.5 h a week are 206 h a month, 826 USD, and 33 USD less for each
#        public holiday on a weekday. Day and night were 2,920 USD. All else about 5 USD: alarms 1.40, dashboard 3 (the first
#        three of an account are free), ticks 0.03, Lambda and SQS cents.
#
# Use    terraform apply -var-file=examples/office-hours.tfvars   (after changing `name` and `target`)
#        dayshift --env demo schedule logos     when it will be on
#        dayshift --env demo on logos           and longer, today

name        = "acme-dayshift"
environment = "demo"

models = {
  logos = {
    family = "custom_labels"
    prefix = "logos/"
    target = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026-11-02T09.41.07/1793612467000"

    power = "office_hours"
    hours = {
      timezone    = "Europe/Berlin"
      open        = ["Mon-Fri 09:00-18:00"]
      holidays_of = "DE-BE"
    }
  }
}
