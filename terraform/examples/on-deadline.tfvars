# On deadline: say when results are due, not when to run.
#
# What   An image that comes while the office is open is read within three hours; one that comes at night within half an
#        hour of the opening. The model sleeps until the last moment that keeps this promise to the oldest image, then reads
#        everything that came meanwhile, and goes to sleep again. How long a start takes is learned.
# Why    Nobody forecasts anything, no day without images costs anything, and the promise is kept. It needs a promise of
#        at least the warm-up and three minutes: `terraform plan` says in its output `power` which of the two it will be,
#        "deadline wake" or, with less, "warm window" (kept warm while it is open).
# Cost   us-east-1, 4 USD an hour and inference unit: a wake is a start of 20 to 30 minutes and the reading. Three wakes a
#        day of 40 minutes, 22 days: 44 h, 176 USD a month, where office hours were 826. All else about 5 USD (alarms 1.40,
#        dashboard 3, ticks 0.03). No images: 5 USD.
#
# Use    terraform apply -var-file=examples/on-deadline.tfvars   (after changing `name` and `target`)
#        dayshift --env demo status             what waits, when it is due, when it will be woken

name        = "acme-dayshift"
environment = "demo"

models = {
  logos = {
    family = "custom_labels"
    prefix = "logos/"
    target = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026-11-02T09.41.07/1793612467000"

    power                  = "on_deadline"
    results_within_minutes = 180
    hours = {
      timezone    = "Europe/Berlin"
      open        = ["Mon-Fri 09:00-18:00"]
      holidays_of = "DE-BE"
    }
  }
}
